//! What a panic does to the terminal: that of the console gives it back first; that of anything else leaves it alone.

use std::any::Any;
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::thread::{self, ThreadId};

use tokio::sync::mpsc::UnboundedSender;

type Previous = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// Our panic hook, for as long as the console has the terminal.
pub(super) struct Hook {
    previous: Arc<Previous>,
}

impl Hook {
    /// Installs the hook. A panic on this thread calls `give_back` and is then told as before; one on another thread,
    /// which tokio survives, is said in one line and keeps the screen whole.
    pub(super) fn install(say: UnboundedSender<String>, give_back: fn()) -> Self {
        let previous: Arc<Previous> = Arc::from(panic::take_hook());
        let owner = thread::current().id();
        let told = Arc::clone(&previous);
        panic::set_hook(Box::new(move |info| {
            if on_owner(owner) {
                give_back();
                told(info);
            } else {
                let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
                let text = format!("a part of the console failed{place}: {}", message(info.payload()));
                tracing::error!("{text}");
                // Nobody listens any more only when the console is about to end.
                let _ = say.send(text);
            }
        }));
        Self { previous }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // Hooks cannot be changed while a panic unwinds; the process is about to end then.
        if !thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

fn on_owner(owner: ThreadId) -> bool {
    thread::current().id() == owner
}

fn message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without words").to_owned()
}
