//! Themes: the built-in ones, a person's own, wrong ones, and poor terminals.

use ratatui::style::{Color, Modifier};

use super::*;

fn sheet(name: &str, text: &str) -> Sheet {
    Sheet { name: name.to_owned(), file: format!("themes/{name}.toml"), text: text.to_owned() }
}

fn load(text: &str, depth: Depth) -> Theme {
    Theme::load("mine", &[sheet("mine", text)], depth).unwrap()
}

#[test]
fn the_built_in_theme_has_no_error_and_sets_every_role() {
    for depth in [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::TrueColor] {
        Theme::load("default", &[], depth).unwrap();
    }
    let written = file::read(&Sheet::built_in("default", "themes/default.toml", DEFAULT), Some(&[])).body;
    for role in Role::ALL {
        assert!(written.roles.contains_key(role.word()), "themes/default.toml lacks {}", role.word());
    }
}

#[test]
fn what_matters_is_told_apart_at_every_depth() {
    for depth in [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::TrueColor] {
        let theme = Theme::built_in(depth);
        let critical = theme.style(Role::Critical);
        for other in [Role::Warning, Role::Ok, Role::Unknown, Role::Text] {
            assert_ne!(critical, theme.style(other), "critical and {other:?} at {depth:?}");
        }
        assert_ne!(theme.style(Role::Selected), theme.style(Role::Text), "the selection at {depth:?}");
        assert_ne!(theme.style(Role::BorderFocused), theme.style(Role::Border), "the focus at {depth:?}");
        for role in Role::ALL {
            let style = theme.style(*role);
            if depth == Depth::Mono {
                assert_eq!((style.fg, style.bg), (None, None), "{role:?} has a colour without colours");
            }
        }
    }
}

#[test]
fn a_theme_says_only_what_differs() {
    let theme = load("[palette]\nsignal = \"#ff00ff\"\n[roles]\n\"level.ok\" = \"blue\"\n", Depth::TrueColor);
    let built_in = Theme::built_in(Depth::TrueColor);
    assert_eq!(theme.style(Role::Critical).fg, Some(Color::Rgb(255, 0, 255)), "inherited roles take the new palette");
    assert_eq!(theme.style(Role::Ok).fg, Some(Color::Blue));
    assert_eq!(theme.style(Role::Warning), built_in.style(Role::Warning));
}

#[test]
fn a_theme_may_build_on_another_and_on_its_namesake() {
    let shelf = [
        sheet("night", "inherits = \"dusk\"\n[roles]\naccent = \"red\"\n"),
        sheet(
            "dusk",
            "glyphs = \"ascii\"\n[roles]\naccent = \"green\"\nspark = { fg = \"blue\", modifiers = [\"bold\"] }\n",
        ),
        sheet("default", "inherits = \"default\"\n[roles]\n\"title\" = \"magenta\"\n"),
    ];
    let theme = Theme::load("night", &shelf, Depth::Ansi16).unwrap();
    assert_eq!(theme.style(Role::Accent).fg, Some(Color::Red));
    assert_eq!(theme.style(Role::Spark), Style::new().fg(Color::Blue).add_modifier(Modifier::BOLD));
    assert!(theme.ascii());
    assert_eq!(theme.glyph(Mark::Critical), "!");
    assert_eq!(theme.style(Role::Title).fg, Some(Color::Magenta), "the person's own default goes first");
    assert!(!Theme::load("default", &shelf, Depth::Ansi16).unwrap().ascii());
}

#[test]
fn the_terminal_says_how_many_colours_it_has() {
    use termprofile::{DetectorSettings, NoTerminal, TermVars};
    struct Tty;
    impl termprofile::IsTerminal for Tty {
        fn is_terminal(&self) -> bool {
            true
        }
    }
    struct Vars<'a>(&'a [(&'a str, &'a str)]);
    impl termprofile::EnvVarSource for Vars<'_> {
        fn var(&self, key: &str) -> Option<String> {
            self.0.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned())
        }
    }
    let table: [(&[(&str, &str)], Depth); 8] = [
        (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::TrueColor),
        (&[("TERM", "xterm-256color")], Depth::Ansi256),
        (&[("TERM", "xterm")], Depth::Ansi16),
        (&[("TERM", "linux")], Depth::Ansi16),
        (&[("TERM", "vt220")], Depth::Ansi16),
        (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::Mono),
        (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Mono),
        (&[("TERM", "screen-256color"), ("TMUX", "/tmp/x")], Depth::Ansi256),
    ];
    for (vars, depth) in table {
        let settings: DetectorSettings<NoTerminal> = DetectorSettings::default();
        assert_eq!(Depth::of(TermVars::from_source(&Vars(vars), &Tty, settings)), depth, "{vars:?}");
    }
}

#[test]
fn everything_wrong_in_a_theme_is_said_at_its_place() {
    let text = r##"inherits = "dusk"
glyphs = "asci"
colour = "red"

[palette]
sea = "#12345"
sky = { color = "blue" }

[roles]
"level.critcal" = "red"
"level.ok" = { fg = "moos", mods = ["bold"] }
level = { critical = "red" }
"text" = { fg = 4.5, modifiers = "bold" }
"title" = { modifiers = ["blod"] }
"##;
    let wrong = Theme::load("mine", &[sheet("mine", text)], Depth::TrueColor).unwrap_err();
    insta::assert_snapshot!(wrong);
}

#[test]
fn a_theme_that_is_not_there_and_one_that_closes_a_circle_are_told() {
    let missing = Theme::load("dask", &[sheet("dusk", "")], Depth::Mono).unwrap_err();
    assert!(missing.to_string().contains("did you mean `dusk`?"), "{missing}");
    let circle = [sheet("a", "inherits = \"b\""), sheet("b", "inherits = \"a\"")];
    let circle = Theme::load("a", &circle, Depth::Mono).unwrap_err();
    assert!(circle.to_string().contains("inherits from itself by way of `a`"), "{circle}");
    let syntax = Theme::load("a", &[sheet("a", "[roles\ntext = \n")], Depth::Mono).unwrap_err();
    assert!(syntax.list().len() >= 2, "each error of the syntax: {syntax}");
}
