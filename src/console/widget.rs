//! The small parts that screens are made of: numbers as words, runs of text in roles, bars, tables, boxes.

pub mod bar;
pub mod chart;
pub mod facts;
pub mod mark;
pub mod pane_box;
pub mod quantity;
pub mod sparkline;
pub mod table;
pub mod words;
