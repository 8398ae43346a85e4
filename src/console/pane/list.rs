//! Paints a list: headings, the rows around the selected one, and what more they have to say where there is room.
//!
//! ```text
//!    name       nodes     pods  restarts  worst        headings
//! ▸▲ prod-use1    5/6  203/210     14 /h  2 in crash   the selected row: a marker, and its name stands out
//!      EKS 1.33 · ACTIVE · private endpoint            a detail, where there is room
//! ```
//!
//! A long list goes by screenfuls: moving the cursor within one changes two rows and nothing else.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::courses;
use super::listing::Listing;
use super::row::{Detail, Row};
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::widget::mark;
use crate::console::widget::quantity::count;
use crate::console::widget::table::{self, Column, GAP};
use crate::console::widget::words::Words;

/// Columns before the first cell: marker, mark, space.
const LEAD: u16 = 3;
/// Lists up to this length are measured whole, so that their columns do not move as one scrolls.
const MEASURED: usize = 200;

/// Where a list is on the screen, and which of its rows are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    /// The first row that is seen.
    first: usize,
    /// How many rows are seen.
    rows: usize,
    /// The headings have a line.
    headings: bool,
}

impl Window {
    fn of(listing: &Listing, height: u16, selected: Option<usize>) -> Self {
        let height = usize::from(height);
        let all = listing.things.len();
        let headings = height >= 4 && listing.table.columns().iter().any(|c| !c.title.is_empty());
        let room = height - usize::from(headings && height > 0);
        let rows = room.min(all);
        // By screenfuls; the last one is full, too.
        let first = match selected {
            Some(at) if room > 0 => (at / room * room).min(all - rows),
            _ => 0,
        };
        Self { first, rows, headings }
    }
}

/// Where one is in a list that does not fit: `3/40`; where it fits, nothing.
pub fn place(listing: &Listing, height: u16, selected: Option<usize>) -> Words {
    let window = Window::of(listing, height, selected);
    if window.rows >= listing.things.len() {
        return Words::none();
    }
    let at = selected.map_or_else(|| count(window.rows), |at| count(at + 1));
    Words::dim(format!("{at}/{}", count(listing.things.len())))
}

/// Paints a list; `selected` is the row that stands out, none where the list has not the focus.
pub fn paint(buf: &mut Buffer, area: Rect, listing: &Listing, scene: &Scene, selected: Option<usize>, theme: &Theme) {
    if area.width <= LEAD || area.height == 0 {
        return;
    }
    if listing.things.is_empty() {
        paint_empty(buf, area, listing, theme);
        return;
    }
    let window = Window::of(listing, area.height, selected);
    let columns = listing.table.columns();
    let row_of = |i: usize| listing.things.get(i).map(|t| listing.table.row(scene, t));
    let seen = window.first..window.first + window.rows;
    let rows: Vec<Row> = seen.clone().filter_map(row_of).collect();
    let room = usize::from(area.width - LEAD - 1);
    let mut natural = measure(columns, &rows);
    if listing.things.len() <= MEASURED {
        let hidden: Vec<Row> = (0..listing.things.len()).filter(|i| !seen.contains(i)).filter_map(row_of).collect();
        for (width, other) in natural.iter_mut().zip(measure(columns, &hidden)) {
            *width = (*width).max(other);
        }
    }
    let widths = table::widths(columns, &natural, room);
    let places = places(&widths, area.x + LEAD);

    let mut y = area.y;
    if window.headings {
        for (column, place) in columns.iter().zip(&places) {
            if let Some((x, width)) = *place {
                let title = Words::of(Role::Column, column.title);
                if column.right {
                    title.paint_before(buf, x + width, y, width, theme)
                } else {
                    title.paint(buf, x, y, width, theme)
                };
            }
        }
        y += 1;
    }
    let spare = usize::from(area.bottom() - y).saturating_sub(rows.len());
    // The first closing line has its place; the others come after what the rows have to say.
    let kept = if listing.closing.is_empty() || spare < 2 { 0 } else { 2 };
    let details = details(scene, &rows, usize::from(area.width - LEAD - 2), spare - kept);
    let left = spare - details.iter().map(Vec::len).sum::<usize>();
    let closing = listing.closing.len().min(left.saturating_sub(1));
    for (i, (row, below)) in rows.iter().zip(details).enumerate() {
        let chosen = selected == Some(window.first + i);
        paint_row(buf, area, y, row, columns, &places, chosen, theme);
        y += 1;
        for line in below {
            line.paint(buf, area.x + LEAD + 1, y, area.width - LEAD - 2, theme);
            y += 1;
        }
    }
    paint_closing(buf, Rect { y, height: area.bottom() - y, ..area }, &listing.closing[..closing], theme);
}

fn measure(columns: &[Column], rows: &[Row]) -> Vec<usize> {
    let upto = |r: &Row| r.remark.as_ref().map_or(r.cells.len(), |(from, _)| *from).min(r.cells.len());
    table::natural(columns, rows.iter().map(|r| &r.cells[..upto(r)]))
}

/// Where each column begins, and its width.
fn places(widths: &[Option<usize>], from: u16) -> Vec<Option<(u16, u16)>> {
    let mut x = usize::from(from);
    let narrow = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    widths
        .iter()
        .map(|width| {
            width.map(|width| {
                let at = (narrow(x), narrow(width));
                x += width + GAP;
                at
            })
        })
        .collect()
}

#[allow(clippy::too_many_arguments, reason = "a row, where it goes, and how it looks")]
fn paint_row(
    buf: &mut Buffer,
    area: Rect,
    y: u16,
    row: &Row,
    columns: &[Column],
    places: &[Option<(u16, u16)>],
    chosen: bool,
    theme: &Theme,
) {
    if chosen {
        Words::of(Role::Accent, "▸").paint(buf, area.x, y, 1, theme);
    }
    mark::glyph(row.mark, theme).paint(buf, area.x + 1, y, 1, theme);
    let upto = row.remark.as_ref().map_or(row.cells.len(), |(from, _)| *from);
    for (i, cell) in row.cells.iter().enumerate().take(upto) {
        let (Some(Some((x, width))), Some(column)) = (places.get(i).copied(), columns.get(i)) else { continue };
        let start = if column.right { cell.paint_before(buf, x + width, y, width, theme) } else { x };
        let used = if column.right { width } else { cell.paint(buf, x, y, width, theme) };
        if chosen && i == row.name {
            buf.set_style(Rect::new(start, y, used, 1).intersection(buf.area), theme.style(Role::Selected));
        }
    }
    if let Some((from, words)) = &row.remark {
        let after = places.iter().take(*from).flatten().last().map(|(x, width)| x + width + 2);
        let x = places.iter().skip(*from).flatten().next().map(|(x, _)| *x).or(after).unwrap_or(area.x + LEAD);
        let right = area.right().saturating_sub(1);
        words.paint(buf, x, y, right.saturating_sub(x), theme);
    }
}

/// Which details are shown below each row: every row's first before any row's second, as far as the room goes.
fn details(scene: &Scene, rows: &[Row], columns: usize, mut spare: usize) -> Vec<Vec<Words>> {
    let said_above = |i: usize| i > 0 && rows[i].reason == rows[i - 1].reason;
    let told = |(i, row): (usize, &Row)| {
        let reason = row.reason.clone().filter(|_| !said_above(i));
        let mut lines: Vec<Words> = reason.iter().flat_map(|r| r.wrap(columns)).collect();
        let mut last = Vec::new();
        for detail in &row.details {
            match detail {
                Detail::Line(words) => lines.extend(words.wrap(columns)),
                // That there is no history yet is said after everything that is known.
                Detail::Courses(entry) if !courses::any(scene, entry) => {
                    last = courses::lines(scene, entry, columns);
                }
                Detail::Courses(entry) => lines.extend(courses::lines(scene, entry, columns)),
            }
        }
        lines.append(&mut last);
        lines.into()
    };
    if spare == 0 {
        return vec![Vec::new(); rows.len()];
    }
    let mut all: Vec<VecDeque<Words>> = rows.iter().enumerate().map(told).collect();
    let mut out: Vec<Vec<Words>> = vec![Vec::new(); rows.len()];
    while spare > 0 {
        let mut more = false;
        for (lines, shown) in all.iter_mut().zip(&mut out) {
            if spare == 0 {
                break;
            }
            if let Some(line) = lines.pop_front() {
                shown.push(line);
                spare -= 1;
                more = true;
            }
        }
        if !more {
            break;
        }
    }
    out
}

fn paint_empty(buf: &mut Buffer, area: Rect, listing: &Listing, theme: &Theme) {
    let lines = Words::dim(&listing.empty).wrap(usize::from(area.width - 2));
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        line.paint(buf, area.x + 1, y, area.width - 2, theme);
    }
    let used = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    paint_closing(buf, Rect { y: area.y + used, height: area.height - used, ..area }, &listing.closing, theme);
}

/// The lines after the last row, with a line between.
fn paint_closing(buf: &mut Buffer, area: Rect, closing: &[Words], theme: &Theme) {
    for (line, y) in closing.iter().zip(area.y.saturating_add(1)..area.bottom()) {
        line.paint(buf, area.x + 1, y, area.width - 2, theme);
    }
}
