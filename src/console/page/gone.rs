//! The page of a thing that is not there any more.

use crate::console::view::Spot;
use crate::console::widget::facts::Block;
use crate::console::widget::words::Words;

/// What is said of a thing that is not there any more.
pub(super) fn facts(spot: &Spot) -> Vec<Block> {
    let text = match spot {
        Spot::Alert(..) => "it has cleared: the rule is not broken any more",
        Spot::Pod(..) => "this pod is gone: it was deleted, or is not seen any more",
        Spot::Node(..) => "this node is gone: it was removed, or is not seen any more",
        Spot::Workload(..) => "this workload is gone: it was deleted, or is not seen any more",
        Spot::Autoscaler(..) => "this autoscaler is gone: it was deleted, or is not seen any more",
        Spot::Member(..) => "this member is gone: it was deleted, or is not known any more",
        Spot::Why(_) => "there is nothing to explain any more: it has cleared, or is gone",
        Spot::Operation(_) => "the journal has not told of it yet",
        Spot::Entry(_) | Spot::Source(_) | Spot::Sources | Spot::Journal | Spot::Line(_) => {
            "it is not in the estate file any more"
        }
    };
    vec![Block::Fact("", Words::dim(text))]
}
