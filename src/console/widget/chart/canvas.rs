//! A grid of cells of two by four dots each, and what stands in a cell without dots.

use crate::console::theme::Role;
use crate::console::widget::words::Words;

/// The bits of a Braille cell, from its lowest row up, left and right.
const BITS: [[u8; 2]; 4] = [[0x40, 0x80], [0x04, 0x20], [0x02, 0x10], [0x01, 0x08]];

#[derive(Debug, Clone, Copy)]
struct Cell {
    dots: u8,
    role: Role,
    /// What it shows while it has no dots.
    bare: Option<(&'static str, Role)>,
}

/// Cells, row by row from the top.
#[derive(Debug)]
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, cells: vec![Cell { dots: 0, role: Role::Chart, bare: None }; columns * rows] }
    }

    /// How many dots it has across and up.
    pub(super) fn dots(&self) -> (usize, usize) {
        (self.columns * 2, self.rows * 4)
    }

    /// A line of one glyph through a whole row, behind everything else.
    pub(super) fn rule(&mut self, row: usize, glyph: &'static str, role: Role) {
        for column in 0..self.columns {
            self.mark(column, row, glyph, role);
        }
    }

    /// A glyph in a cell, behind dots and before what was marked there.
    pub(super) fn mark(&mut self, column: usize, row: usize, glyph: &'static str, role: Role) {
        if column < self.columns
            && let Some(cell) = self.cells.get_mut(row * self.columns + column)
        {
            cell.bare = Some((glyph, role));
        }
    }

    /// Dots from one height to another, both counted from below.
    pub(super) fn stroke(&mut self, x: usize, from: usize, to: usize, look: impl Fn(usize) -> Role) {
        for y in from.min(to)..=from.max(to) {
            let (column, up) = (x / 2, y / 4);
            if column >= self.columns || up >= self.rows {
                continue;
            }
            let cell = &mut self.cells[(self.rows - 1 - up) * self.columns + column];
            cell.dots |= BITS[y % 4][x % 2];
            let role = look(y);
            // What means something prevails in a cell that both pass.
            if cell.role == Role::Chart {
                cell.role = role;
            }
        }
    }

    /// One row as words.
    pub(super) fn line(&self, row: usize) -> Words {
        let cells = self.cells.iter().skip(row * self.columns).take(self.columns);
        let (mut out, mut text, mut last) = (Words::none(), String::new(), Role::Chart);
        for cell in cells {
            let mut buffer = [0_u8; 4];
            let (glyph, role) = match (cell.dots, cell.bare) {
                (0, None) => (" ", last),
                (0, Some(bare)) => bare,
                (dots, _) => {
                    let glyph = char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ');
                    (&*glyph.encode_utf8(&mut buffer), cell.role)
                }
            };
            if role != last {
                out = out.and(last, &text);
                text.clear();
                last = role;
            }
            text.push_str(glyph);
        }
        out.and(last, &text)
    }
}
