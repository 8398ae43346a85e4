//! What people see and press. The only room that names ratatui.
//!
//! One task owns all state: [`view::View`] is where the person is, [`scene::Scene`] is what there is to show; drawing
//! takes both by reference and decides nothing.

pub mod scene;
pub mod view;
