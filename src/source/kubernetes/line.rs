//! An open watch, read in gulps: what happens many times a second is worth waking up for a few times a second.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};

/// The least time between two gulps. What comes meanwhile waits in the system's buffer, which holds the server back when
/// it is full; the first event after a silence is read at once.
const GULP: Duration = Duration::from_millis(250);

/// How long a gulp waits for more of what has arrived already: the pieces come from a task of their own.
const MORE: Duration = Duration::from_millis(2);

/// The most that one gulp takes, bytes.
const MOUTHFUL: usize = 1 << 20;

/// The answer to a watch, as it comes in.
pub(super) struct Line<S> {
    pieces: S,
    gulped: Option<Instant>,
    /// How the line ended behind what was last given out: well, or why it broke.
    ended: Option<Result<(), String>>,
}

impl<S: Stream<Item = Result<Bytes, String>> + Unpin> Line<S> {
    /// A line that has just been opened; its errors are in words already.
    pub(super) fn new(pieces: S) -> Self {
        Self { pieces, gulped: None, ended: None }
    }

    /// The next piece, as soon as it comes; none at the end, an error in words where the line broke.
    pub(super) async fn piece(&mut self) -> Option<Result<Bytes, String>> {
        match self.ended.take() {
            Some(ended) => ended.err().map(Err),
            None => self.pieces.next().await,
        }
    }

    /// All that has come since the last gulp, as soon as there is something and the time for it has come.
    pub(super) async fn gulp(&mut self) -> Option<Result<Bytes, String>> {
        if let Some(gulped) = self.gulped {
            sleep_until(gulped + GULP).await;
        }
        let first = match self.piece().await? {
            Ok(first) => first,
            broken => return Some(broken),
        };
        let mut gulp = BytesMut::from(first);
        while gulp.len() < MOUTHFUL
            && let Ok(more) = timeout(MORE, self.piece()).await
        {
            match more {
                Some(Ok(more)) => gulp.extend_from_slice(&more),
                None => self.ended = Some(Ok(())),
                Some(Err(why)) => self.ended = Some(Err(why)),
            }
            if self.ended.is_some() {
                break;
            }
        }
        self.gulped = Some(Instant::now());
        Some(Ok(gulp.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

    type Piece = Result<Bytes, String>;

    /// A line, and the far end of it.
    fn line() -> (UnboundedSender<Piece>, Line<impl Stream<Item = Piece> + Unpin>) {
        let (server, mut pieces) = unbounded_channel();
        (server, Line::new(futures_util::stream::poll_fn(move |context| pieces.poll_recv(context))))
    }

    #[tokio::test]
    async fn what_comes_soon_after_comes_as_one() {
        let (server, mut line) = line();
        server.send(Ok("a".into())).unwrap();
        assert_eq!(line.gulp().await, Some(Ok("a".into())), "the first is not waited with");
        let begun = Instant::now();
        let later = tokio::spawn(async move {
            for piece in ["b", "c", "d"] {
                tokio::time::sleep(Duration::from_millis(10)).await;
                server.send(Ok(piece.into())).unwrap();
            }
            server
        });
        let server = later.await.unwrap();
        assert_eq!(line.gulp().await, Some(Ok("bcd".into())));
        assert!(begun.elapsed() + MORE >= GULP);
        drop(server);
        assert_eq!(line.gulp().await, None);
    }

    #[tokio::test]
    async fn what_came_before_the_end_is_not_lost() {
        let (server, mut line) = line();
        server.send(Ok("a".into())).unwrap();
        server.send(Err("reset".to_owned())).unwrap();
        assert_eq!(line.gulp().await, Some(Ok("a".into())));
        assert_eq!(line.gulp().await, Some(Err("reset".to_owned())));
        let (server, mut line) = self::line();
        server.send(Ok("z".into())).unwrap();
        drop(server);
        assert_eq!((line.gulp().await, line.gulp().await), (Some(Ok("z".into())), None));
    }
}
