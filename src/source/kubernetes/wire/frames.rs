//! The frames of a watch: four bytes of length, big endian, then that many bytes.

use bytes::{Buf, Bytes, BytesMut};

/// The longest frame that is accepted. etcd holds no object over 1.5 MiB by default; protobuf does not grow it tenfold.
pub(in crate::source::kubernetes) const LONGEST: usize = 16 * 1024 * 1024;

/// A frame whose length is beyond all reason: the stream is not what it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {0} bytes was announced, more than any object has: the stream is garbage")]
pub(in crate::source::kubernetes) struct Oversized(pub(in crate::source::kubernetes) usize);

/// Cuts a byte stream into frames, however it arrives.
#[derive(Debug, Default)]
pub(in crate::source::kubernetes) struct Frames {
    pending: BytesMut,
}

impl Frames {
    /// Takes in what arrived.
    pub(in crate::source::kubernetes) fn feed(&mut self, chunk: &[u8]) {
        self.pending.extend_from_slice(chunk);
    }

    /// The next whole frame; none until more has arrived.
    pub(in crate::source::kubernetes) fn next(&mut self) -> Result<Option<Bytes>, Oversized> {
        let Some(head) = self.pending.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if length > LONGEST {
            return Err(Oversized(length));
        }
        if self.pending.len() < 4 + length {
            return Ok(None);
        }
        self.pending.advance(4);
        Ok(Some(self.pending.split_to(length).freeze()))
    }

    /// Whether the stream may end here: no frame has begun.
    pub(in crate::source::kubernetes) fn between(&self) -> bool {
        self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(frames: &[Vec<u8>]) -> Vec<u8> {
        frames.iter().flat_map(|f| u32::try_from(f.len()).unwrap().to_be_bytes().into_iter().chain(f.clone())).collect()
    }

    fn drain(frames: &mut Frames) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| frames.next().unwrap()).map(|f| f.to_vec()).collect()
    }

    #[test]
    fn frames_come_out_whole_wherever_the_stream_is_cut() {
        let sent = vec![b"one".to_vec(), Vec::new(), vec![7; 300]];
        let stream = framed(&sent);
        for cut in 0..=stream.len() {
            let mut frames = Frames::default();
            frames.feed(&stream[..cut]);
            let mut got = drain(&mut frames);
            frames.feed(&stream[cut..]);
            got.extend(drain(&mut frames));
            assert_eq!(got, sent, "cut at {cut}");
            assert!(frames.between());
        }
    }

    #[test]
    fn half_a_frame_is_not_the_end() {
        let mut frames = Frames::default();
        frames.feed(&[0, 0, 0, 9, 1, 2]);
        assert_eq!(frames.next(), Ok(None));
        assert!(!frames.between());
    }

    #[test]
    fn an_absurd_length_is_refused_before_anything_is_set_aside_for_it() {
        let mut frames = Frames::default();
        frames.feed(b"HTTP/1.1 502 Bad Gateway");
        assert_eq!(frames.next(), Err(Oversized(0x4854_5450)));
    }

    proptest! {
        #[test]
        fn any_cutting_gives_the_same_frames(
            sent in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..20),
            step in 1usize..97,
        ) {
            let mut frames = Frames::default();
            let mut got = Vec::new();
            for chunk in framed(&sent).chunks(step) {
                frames.feed(chunk);
                got.extend(drain(&mut frames));
            }
            prop_assert_eq!(got, sent);
            prop_assert!(frames.between());
        }

        #[test]
        fn garbage_never_panics(garbage in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut frames = Frames::default();
            frames.feed(&garbage);
            while let Ok(Some(_)) = frames.next() {}
        }
    }
}
