//! What an Aurora member can hold: memory by instance class, connections by memory.

/// Bytes in a gibibyte.
pub const GIB: f64 = 1_073_741_824.0;
