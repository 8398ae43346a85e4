//! An SLO's counts of events over the windows that burn rates need.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The seven windows over which burn is measured (Google SRE Workbook, chapter 5), the same for every SLO.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Window {
    /// 5 minutes.
    M5,
    /// 30 minutes.
    M30,
    /// 1 hour.
    H1,
    /// 2 hours.
    H2,
    /// 6 hours.
    H6,
    /// 1 day.
    D1,
    /// 3 days.
    D3,
}

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Self; 7] = [Self::M5, Self::M30, Self::H1, Self::H2, Self::H6, Self::D1, Self::D3];

    /// Its length in seconds.
    pub fn seconds(self) -> u64 {
        match self {
            Self::M5 => 300,
            Self::M30 => 1_800,
            Self::H1 => 3_600,
            Self::H2 => 7_200,
            Self::H6 => 21_600,
            Self::D1 => 86_400,
            Self::D3 => 259_200,
        }
    }

    /// Its short name, such as `5m`.
    pub fn word(self) -> &'static str {
        match self {
            Self::M5 => "5m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H2 => "2h",
            Self::H6 => "6h",
            Self::D1 => "1d",
            Self::D3 => "3d",
        }
    }
}

/// Events counted over one window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowCount {
    /// Bad events; none where they are not known.
    pub bad: Option<f64>,
    /// All events; none where there is no data.
    pub total: Option<f64>,
    /// Points are missing in the window.
    pub partial: bool,
}

/// One SLO's counts, all windows ending at one instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SloCounts {
    /// The instant at which the windows end.
    pub at: Timestamp,
    /// The seven windows, in the order of [`Window::ALL`].
    pub windows: [WindowCount; 7],
    /// The SLO's own window.
    pub whole: WindowCount,
}
