//! `quarterdeck status`: one look, without a screen.

pub mod document;
