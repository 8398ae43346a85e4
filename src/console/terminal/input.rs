//! What the person types, as it comes from the terminal.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use crossterm::event::{Event as Typed, EventStream, KeyEventKind};
use futures_util::StreamExt;
use keybinds::KeyInput;

use crate::console::app::Event;

/// What comes from the terminal.
pub(crate) struct Input {
    stream: EventStream,
}

impl Input {
    /// Begins to read.
    pub(crate) fn new() -> Self {
        Self { stream: EventStream::new() }
    }

    /// Waits for what comes next; none when the terminal is gone.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            match self.stream.next().await {
                Some(Ok(typed)) => {
                    if let Some(event) = event(typed) {
                        return Some(event);
                    }
                }
                Some(Err(e)) if e.kind() == io::ErrorKind::Interrupted => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// What has come already; none when nothing has.
    pub(crate) async fn ready(&mut self) -> Option<Event> {
        // Polled with the task's own waker: the stream keeps the first one that it sees.
        poll_fn(|context| match self.stream.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(typed))) => Poll::Ready(event(typed)),
            Poll::Ready(_) | Poll::Pending => Poll::Ready(None),
        })
        .await
    }
}

fn event(typed: Typed) -> Option<Event> {
    match typed {
        Typed::Key(key) if key.kind != KeyEventKind::Release => Some(Event::Key(KeyInput::from(key))),
        Typed::Paste(text) => Some(Event::Paste(text)),
        // The size is `Signals`' matter: the reader begins to listen only after the first picture.
        Typed::Resize(..) | Typed::Key(_) | Typed::Mouse(_) | Typed::FocusGained | Typed::FocusLost => None,
    }
}

/// Whether the terminal behind standard input has hung up.
///
/// The reader of crossterm does not tell: it tries again for ever. SIGHUP tells a session's leader; this tells the rest.
pub(crate) fn gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let seen = poll(&mut fds, Some(&at_once));
    seen.is_ok_and(|n| n > 0) && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}
