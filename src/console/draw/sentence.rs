//! The sentence that a colleague would say, as much of it as fits.

use crate::console::desk::Story;
use crate::console::pane::incidents::severity;
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::widget::mark::glyph;
use crate::console::widget::words::Words;
use crate::incident::headline;
use crate::judge::Level;

/// The sentence on so many columns: its later parts go first, a part is never cut but the very first.
pub(super) fn worst(scene: &Scene, theme: &Theme, columns: usize) -> Words {
    let headline = headline(scene.estate, scene.judgement, scene.concerns, scene.history, scene.now);
    let mut out = Words::none();
    for (i, part) in headline.parts.iter().enumerate() {
        let role = if i == 0 && headline.level >= Level::Warning { Role::Strong } else { Role::Text };
        let part = Words::of(if i == 0 { role } else { Role::Dim }, part);
        let longer = if i == 0 {
            let severity = scene.concerns.first().and_then(|c| severity(scene, c));
            let severity = severity.map_or_else(Words::none, |s| Words::of(Role::Strong, s.word()).plus(" "));
            glyph(headline.level.into(), theme).plus(" ").then(severity).then(part)
        } else {
            Words::joined([out.clone(), part])
        };
        if i > 0 && longer.width() > columns {
            break;
        }
        out = longer;
    }
    out
}

/// What became of an operation that an earlier run left open: until a person has seen it, nothing is said before it.
pub(super) fn story(story: &Story, theme: &Theme) -> Words {
    let word = if story.outcome.settled() { story.outcome.word() } else { "outcome unknown" };
    glyph(story.outcome.into(), theme)
        .plus(" ")
        .and(Role::Strong, format!("{} of an earlier run: {word}", story.number))
        .and(Role::Dim, " · J shows it · ")
        .plus(&story.words)
}
