//! Quarterdeck: the terminal console from which on-call engineers stand watch over an AWS estate and act on it, safely.
//!
//! The rooms, in the order in which data flows:
//!
//! ```text
//! source ──observations──▶ estate ──▶ judge ──▶ incident
//!    ▲                        │          │          │
//!    │                        ▼          ▼          ▼
//! operate ◀──── intents ──── console ◀───┴──────────┘        store keeps: last seen, histories, costs, standing alerts
//! ```
//!
//! - [`estate`]: what is. Every fact with its age and its origin. Plain data: no IO, no clock.
//! - [`source`]: where facts come from: AWS, Kubernetes, Prometheus, the simulated estate, and the schedule that polls them.
//! - [`judge`]: what it means: alerts, levels, burn rates, and why. Pure.
//! - [`incident`]: what people are to attend to, worst first. Pure.
//! - [`operate`]: how we act: the guarded path from intent to proof, one file per stage and one per operation, and the journal.
//! - [`store`]: what must survive a restart. The only room that names `SQLite`.
//! - [`console`]: what people see and press. The only room that names ratatui.
//! - [`config`]: the team's estate file and the person's console file, with diagnostics that show the place.
//! - [`cli`]: one file per subcommand; wires the rooms together.
//! - [`gate`]: the one gate that text from outside passes before a cell or a log line.
//!
//! Who may import whom is checked by `tests/house.rs` and explained in `docs/architecture.md`.

pub mod cli;
pub mod config;
pub mod console;
pub mod estate;
pub mod gate;
pub mod incident;
pub mod judge;
pub mod operate;
pub mod source;
pub mod store;
