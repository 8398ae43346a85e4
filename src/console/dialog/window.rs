//! Why a write window is to be opened, and which freeze is to be gone past.

use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::quantity::span;
use crate::console::widget::words::Words;

/// The lines of the dialog.
pub(super) fn lines(scene: &Scene, reason: &str, columns: usize) -> Vec<Words> {
    let lasts = i64::try_from(scene.desk.window_lasts().as_secs()).unwrap_or(i64::MAX);
    let lines = [
        Words::say(format!("A write window lets this console change things for {}.", span(lasts))),
        Words::dim("Each change still shows its plan and asks. The reason goes into the journal with it."),
        Words::none(),
        Words::of(Role::Strong, "reason  ").and(Role::Filter, reason).and(Role::FilterCursor, " "),
        Words::none(),
        Words::dim("an incident, such as INC-7, or words"),
    ];
    wrapped(&lines, columns)
}

/// The lines of the dialog that asks for a freeze's name.
pub(super) fn past(name: &str, columns: usize) -> Vec<Words> {
    let lines = [
        Words::say("A freeze forbids this. Where the team allows it, a person may go past it by its name."),
        Words::dim("The name goes into the journal, with the reason of the write window."),
        Words::none(),
        Words::of(Role::Strong, "freeze  ").and(Role::Filter, name).and(Role::FilterCursor, " "),
    ];
    wrapped(&lines, columns)
}

fn wrapped(lines: &[Words], columns: usize) -> Vec<Words> {
    let wrap = |line: &Words| if line.is_empty() { vec![Words::none()] } else { line.wrap(columns.max(8)) };
    lines.iter().flat_map(wrap).collect()
}
