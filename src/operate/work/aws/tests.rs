//! The operations against what the services would say.
