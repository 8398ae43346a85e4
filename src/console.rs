//! What people see and press. The only room that names ratatui.
//!
//! One task owns all state: [`app::App`] takes events and answers with effects; [`view::View`] is where the person is,
//! [`scene::Scene`] is what there is to show; drawing takes both by reference and decides nothing. What a key does comes
//! from one catalogue ([`action`]) by way of a keymap file ([`keymap`]); what a thing looks like from a theme file by its
//! role ([`theme`]).

pub mod action;
pub mod app;
pub mod desk;
pub mod dialog;
pub mod draw;
pub mod keymap;
pub mod page;
pub mod pane;
mod run;
pub mod scene;
pub mod sheet;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod widget;

pub use run::{ConsoleError, Ending, Keep, Kept, Operator, Setup, Style, run};
