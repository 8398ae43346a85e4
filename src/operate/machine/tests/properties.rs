//! What holds whatever the world does.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// What a random world says to one effect.
#[derive(Debug, Clone)]
struct Choice {
    sight: usize,
    answer: usize,
    coin: u8,
    leave: bool,
}

fn choice() -> impl Strategy<Value = Choice> {
    (0..12_usize, 0..8_usize, any::<u8>(), proptest::bool::weighted(0.03))
        .prop_map(|(sight, answer, coin, leave)| Choice { sight, answer, coin, leave })
}

fn sight(n: usize) -> Value {
    match n {
        0 => json!("no line"),
        1 => json!({ "draft": "refuses" }),
        2 => json!({ "status": "other" }),
        3 => json!({ "status": "fine", "next": "wait" }),
        4 => json!({ "status": "fine", "next": "stop" }),
        5 => json!({ "status": "fine", "verify": "done", "happened": "yes" }),
        6 => json!({ "status": "fine", "verify": "failed", "happened": "unclear" }),
        7 => json!({ "status": "fine", "happened": "yes" }),
        _ => json!({ "status": "fine" }),
    }
}

fn answer(n: usize) -> Answer {
    match n {
        0 => lost(),
        1 => declined(429),
        2 => declined(500),
        3 => Answer::Unsent("no line".into()),
        _ => accepted(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_world_does(
        calls in 0..4_usize, bears in any::<bool>(), choices in prop::collection::vec(choice(), 1..80),
    ) {
        let mut op = Operation::new(brief(calls, bears));
        let mut now = noon();
        let mut queue = op.handle(now, Event::Start);
        let (mut noted, mut sends, mut answered, mut tells) = (Vec::<EventKind>::new(), 0, 0, 0);
        let (mut recorded, mut lost, mut closed, mut withheld) = (false, false, false, false);
        let mut ending = None;
        let mut picks = choices.iter().cycle();
        for step in 0..400_000 {
            prop_assert!(step < 399_999, "every path ends");
            if queue.is_empty() {
                break;
            }
            let pick = picks.next().unwrap().clone();
            now += SignedDuration::from_millis(5);
            if pick.leave {
                queue.extend(op.handle(now, Event::Leave));
            }
            let full = pick.coin < 6;
            let event = match queue.remove(0) {
                Effect::Look(reads) => Event::Seen(Sights {
                    at: now,
                    seen: reads.into_iter().map(|r| {
                        let value = sight(pick.sight);
                        let sight = value.as_str().map_or_else(|| Sight::There(value.clone()), |w| Sight::Unseen(w.into()));
                        (r, sight)
                    }).collect(),
                }),
                Effect::Judge(_) => {
                    let mut evidence = evidence(calls);
                    evidence.withheld = (pick.coin % 2 == 0).then(|| "the role is not assumed yet".into());
                    withheld = evidence.withheld.is_some() && calls > 0;
                    Event::Judged(Box::new(evidence))
                }
                Effect::Inquire(asked) => {
                    prop_assert!(withheld && asked.len() == calls);
                    let allowed = pick.coin % 5 != 0;
                    withheld = !allowed;
                    let permit = if allowed { Permit::Allowed("may".into()) } else { Permit::Denied("no".into()) };
                    Event::Inquired(Box::new(Inquiry { permits: vec![permit; calls], rehearsed: vec![Ok(()); calls] }))
                }
                Effect::Note(_) | Effect::Record(..) if full => Event::NotNoted("full".into()),
                Effect::Note(jot) => {
                    noted.push(jot.event);
                    Event::Noted
                }
                Effect::Ask(_) => {
                    closed |= pick.coin % 7 == 0;
                    Event::Confirm { words: "cart".into(), open: pick.coin % 7 != 0 }
                }
                Effect::Hold => Event::Taken,
                Effect::Arm => Event::Armed,
                Effect::Record(_, jot) => {
                    prop_assert_eq!(jot.event, EventKind::Sent);
                    noted.push(jot.event);
                    recorded = true;
                    Event::CallRecorded
                }
                Effect::Send => {
                    for needed in [EventKind::Planned, EventKind::Confirmed, EventKind::Recorded, EventKind::Rechecked] {
                        prop_assert!(noted.contains(&needed), "{:?} before a call: {:?}", needed, noted);
                    }
                    prop_assert!(!withheld, "nothing goes out before what was not asked is asked");
                    prop_assert!(recorded && !lost && !closed, "a call needs its own record, and no lost one before");
                    recorded = false;
                    sends += 1;
                    let answer = answer(pick.answer);
                    lost = matches!(answer, Answer::Lost { .. });
                    if matches!(answer, Answer::Accepted { .. } | Answer::Declined { .. }) {
                        tells += 1;
                    }
                    Event::Answered(answer)
                }
                Effect::Wait(span) => {
                    now += SignedDuration::try_from(span.max(Duration::from_secs(1))).unwrap();
                    Event::Waited
                }
                Effect::Say(_) => continue,
                Effect::End(end) => {
                    prop_assert!(ending.is_none(), "it ends once");
                    ending = Some(*end);
                    continue;
                }
            };
            queue.extend(op.handle(now, event));
        }
        answered += noted.iter().filter(|e| **e == EventKind::Answered).count();
        let ending = ending.expect("every path ends");
        prop_assert_eq!(noted.iter().filter(|e| **e == EventKind::Sent).count(), sends);
        prop_assert!(answered <= tells);
        if ending.unjournaled.is_none() {
            prop_assert_eq!(answered, tells);
        }
        if ending.outcome == Some(Outcome::Done) {
            prop_assert!(sends >= calls || lost, "done, yet {} of {} calls went out", sends, calls);
        }
        if ending.outcome == Some(Outcome::Refused) {
            prop_assert!(sends <= 1, "refused means that nothing was done");
        }
        prop_assert_eq!(op.stage(), Stage::Ended);
        prop_assert!(op.handle(now, Event::Armed).is_empty() && op.handle(now, Event::Start).is_empty());
    }
}
