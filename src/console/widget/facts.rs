//! Facts of one thing: labels and values, small tables, in as many columns as there is room for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::chart::Chart;
use super::quantity::UNKNOWN;
use super::table::{self, Column, GAP};
use super::words::Words;
use crate::console::theme::{Role, Theme};
use crate::gate;

/// One piece of a page's facts.
#[derive(Debug, Clone)]
pub enum Block {
    /// A label and its value.
    Fact(&'static str, Words),
    /// A small table, its first column under the labels.
    Grid(&'static [Column], Vec<Vec<Words>>),
    /// Words over the whole width.
    Line(Words),
    /// A course over time.
    Chart(Box<Chart>),
    /// A line between groups.
    Gap,
}

/// A fact whose value is plain text.
pub fn fact(label: &'static str, value: impl AsRef<str>) -> Block {
    Block::Fact(label, Words::say(value))
}

/// The narrowest column of facts that still reads well.
const COLUMN: usize = 72;

/// The facts as lines of at most so many columns.
pub fn lines(blocks: &[Block], columns: usize) -> Vec<Words> {
    let label = blocks.iter().filter_map(|b| if let Block::Fact(l, _) = b { Some(l.len()) } else { None }).max();
    let label = label.unwrap_or(0);
    let mut out = Vec::new();
    for block in blocks {
        match block {
            Block::Gap => {
                if !out.is_empty() {
                    out.push(Words::none());
                }
            }
            Block::Fact(name, value) => {
                for (i, line) in value.wrap(columns.saturating_sub(label + GAP).max(8)).into_iter().enumerate() {
                    let name = if i == 0 { *name } else { "" };
                    out.push(Words::dim(format!("{name:<width$}", width = label + GAP)).then(line));
                }
            }
            Block::Line(words) => out.extend(words.wrap(columns.max(8))),
            Block::Chart(chart) => out.extend(chart.lines(columns)),
            Block::Grid(heads, rows) => out.extend(grid(heads, rows, columns)),
        }
    }
    while out.last().is_some_and(Words::is_empty) {
        out.pop();
    }
    out
}

/// A small table as lines.
fn grid(heads: &[Column], rows: &[Vec<Words>], columns: usize) -> Vec<Words> {
    let natural = table::natural(heads, rows.iter().map(Vec::as_slice));
    let widths = table::widths(heads, &natural, columns);
    let line = |cells: &[Words]| {
        let mut out = Words::none();
        let mut gap = 0;
        for ((cell, column), width) in cells.iter().zip(heads).zip(&widths) {
            let Some(width) = *width else { continue };
            let cell = cell.fit(width);
            let pad = width - cell.width();
            let (before, after) = if column.right { (pad, 0) } else { (0, pad) };
            out = out.plus(" ".repeat(gap + before)).then(cell);
            gap = after + GAP;
        }
        out
    };
    let titles: Vec<Words> = heads.iter().map(|c| Words::of(Role::Column, c.title)).collect();
    std::iter::once(line(&titles)).chain(rows.iter().map(|r| line(r))).collect()
}

/// How many rows the facts take on so many columns, laid out as [`paint`] does.
pub fn height(blocks: &[Block], columns: usize) -> usize {
    arrange(blocks, columns).iter().map(Vec::len).max().unwrap_or(0)
}

/// Paints the facts; what has no room is counted in the last line.
pub fn paint(buf: &mut Buffer, area: Rect, blocks: &[Block], theme: &Theme) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let columns = arrange(blocks, usize::from(area.width));
    let width = area.width / u16::try_from(columns.len().max(1)).unwrap_or(1);
    let room = usize::from(area.height);
    for (column, x) in columns.iter().zip((area.x..).step_by(usize::from(width.max(1)))) {
        let cut = column.len() > room;
        let shown = if cut { room - 1 } else { column.len() };
        for (line, y) in column.iter().take(shown).zip(area.y..) {
            line.paint(buf, x, y, width.saturating_sub(1), theme);
        }
        if cut {
            let more = Words::dim(format!("… {} more lines: go to Facts", column.len() - shown));
            more.paint(buf, x, area.bottom() - 1, width, theme);
        }
    }
}

/// The facts' lines in columns of about one height, broken between groups.
fn arrange(blocks: &[Block], columns: usize) -> Vec<Vec<Words>> {
    let wanted = (columns / COLUMN).clamp(1, 3);
    let groups: Vec<&[Block]> = blocks.split(|b| matches!(b, Block::Gap)).filter(|g| !g.is_empty()).collect();
    let count = wanted.min(groups.len()).max(1);
    let width = (columns / count).saturating_sub(1);
    if count == 1 {
        return vec![lines(blocks, width)];
    }
    let all: Vec<Vec<Words>> = groups.iter().map(|g| lines(g, width)).collect();
    let total: usize = all.iter().map(|g| g.len() + 1).sum();
    let mut out: Vec<Vec<Words>> = vec![Vec::new()];
    let mut before = 0;
    for group in all {
        let full = before + group.len() / 2 >= total * out.len() / count;
        if full && out.len() < count && out.last().is_some_and(|c| !c.is_empty()) {
            out.push(Vec::new());
        }
        before += group.len() + 1;
        if let Some(column) = out.last_mut() {
            if !column.is_empty() {
                column.push(Words::none());
            }
            column.extend(group);
        }
    }
    out
}

/// A list of words, `–` where it is empty.
pub fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let text = items.into_iter().collect::<Vec<_>>().join(", ");
    if text.is_empty() { UNKNOWN.to_owned() } else { gate::visible(&text) }
}
