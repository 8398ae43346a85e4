//! What an Aurora member can hold: memory by instance class, connections by memory.
//!
//! Sources: the Amazon Aurora User Guide, "Hardware specifications for DB instance classes", "Maximum connections to an
//! Aurora PostgreSQL DB instance", "Maximum connections to an Aurora MySQL DB instance" and "Maximum connections for
//! Aurora Serverless v2".

/// Bytes in a gibibyte.
pub const GIB: f64 = 1_073_741_824.0;

/// Memory of one Aurora capacity unit, in GiB.
pub const GIB_PER_ACU: f64 = 2.0;

/// The class of Aurora Serverless v2 members.
pub const SERVERLESS: &str = "db.serverless";

/// Memory of a member in bytes: that of its class, or 2 GiB × `acu_max` for a serverless one; none for an unknown class.
pub fn memory_bytes(class: &str, acu_max: Option<f64>) -> Option<f64> {
    if class == SERVERLESS {
        return acu_max.filter(|acu| *acu > 0.0).map(|acu| acu * GIB_PER_ACU * GIB);
    }
    let mut parts = class.strip_prefix("db.")?.split('.');
    let (family, size) = (parts.next()?, parts.next()?);
    if family.starts_with('t') {
        return Some(burstable_gib(size)? * GIB);
    }
    Some(gib_per_vcpu(family)? * vcpus(size)? * GIB)
}

/// Percent of a member's memory that is free; none where the class is unknown.
pub fn freeable_memory_percent(freeable_bytes: f64, class: &str, acu_max: Option<f64>) -> Option<f64> {
    memory_bytes(class, acu_max).map(|memory| freeable_bytes / memory * 100.0)
}

/// The connections that count as 100 % for a member: the team's own word first, else the engine's default for the
/// class or capacity range; none where that is not known.
///
/// AWS reserves some memory before it applies its formula, so that the real default of a provisioned class is up to 5 %
/// lower; whoever needs the exact limit declares `max_connections`.
pub fn max_connections(
    declared: Option<u32>,
    engine: &str,
    class: &str,
    acu_min: Option<f64>,
    acu_max: Option<f64>,
) -> Option<f64> {
    if let Some(declared) = declared {
        return Some(f64::from(declared));
    }
    let postgres = engine.contains("postgres");
    if class == SERVERLESS {
        let acu_max = acu_max.filter(|acu| *acu > 0.0)?;
        return Some(if postgres {
            serverless_postgres_connections(acu_min, acu_max)
        } else {
            // The table's first row (1 ACU: 90) is above what the formula gives for 2 GiB.
            mysql_connections(acu_max * GIB_PER_ACU * GIB).max(90.0)
        });
    }
    let memory = memory_bytes(class, None)?;
    Some(if postgres { (memory / 9_531_392.0).floor().min(5_000.0) } else { mysql_connections(memory) })
}

/// `GREATEST(log2(memory / 805306368) × 45, log2(memory / 8187281408) × 1000)`, in whole steps of 45 and 1,000 as AWS'
/// table has them.
fn mysql_connections(memory: f64) -> f64 {
    let small = (memory / 805_306_368.0).log2().round() * 45.0;
    let large = (memory / 8_187_281_408.0).log2().round() * 1_000.0;
    small.max(large).clamp(45.0, 16_000.0)
}

/// Maximum ACU and default `max_connections` of Aurora PostgreSQL Serverless v2.
const POSTGRES_BY_ACU: [(f64, f64); 5] = [(1.0, 189.0), (4.0, 823.0), (8.0, 1_669.0), (16.0, 3_360.0), (32.0, 5_000.0)];

/// The table's value, between its rows by proportion; capped at 2,000 where the range begins at 0 or 0.5 ACU.
fn serverless_postgres_connections(acu_min: Option<f64>, acu_max: f64) -> f64 {
    let cap = if acu_min.is_some_and(|acu| acu <= 0.5) { 2_000.0 } else { 5_000.0 };
    let (first, last) = (POSTGRES_BY_ACU[0], POSTGRES_BY_ACU[POSTGRES_BY_ACU.len() - 1]);
    let table = if acu_max <= first.0 {
        first.1
    } else {
        POSTGRES_BY_ACU.windows(2).find(|rows| acu_max <= rows[1].0).map_or(last.1, |rows| {
            rows[0].1 + (rows[1].1 - rows[0].1) * (acu_max - rows[0].0) / (rows[1].0 - rows[0].0)
        })
    };
    table.floor().min(cap)
}

/// GiB of the burstable classes (t2, t3, t4g), which share one table.
fn burstable_gib(size: &str) -> Option<f64> {
    Some(match size {
        "micro" => 1.0,
        "small" => 2.0,
        "medium" => 4.0,
        "large" => 8.0,
        "xlarge" => 16.0,
        "2xlarge" => 32.0,
        _ => return None,
    })
}

/// GiB of memory for each vCPU of a family such as `r6g`.
fn gib_per_vcpu(family: &str) -> Option<f64> {
    Some(match family {
        "r3" | "r4" => 7.625,
        "x1" => 15.25,
        "x1e" => 30.5,
        "x2g" | "x2idn" => 16.0,
        "x2iedn" | "x2iezn" => 32.0,
        "z1d" => 8.0,
        _ if family.starts_with('r') => 8.0,
        _ if family.starts_with('m') => 4.0,
        _ => return None,
    })
}

/// vCPUs of a size: `large` has 2, `xlarge` 4, `Nxlarge` 4 × N.
fn vcpus(size: &str) -> Option<f64> {
    match size {
        "medium" => Some(1.0),
        "large" => Some(2.0),
        "xlarge" => Some(4.0),
        _ => {
            let times: u32 = size.strip_suffix("xlarge")?.parse().ok()?;
            Some(f64::from(times) * 4.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn memory_is_that_of_aws_table() {
        for (class, gib) in [
            ("db.r5.large", 16.0),
            ("db.r6g.xlarge", 32.0),
            ("db.r6i.2xlarge", 64.0),
            ("db.r7g.16xlarge", 512.0),
            ("db.r7i.24xlarge", 768.0),
            ("db.r8g.48xlarge", 1_536.0),
            ("db.r6gd.4xlarge", 128.0),
            ("db.r4.large", 15.25),
            ("db.t3.medium", 4.0),
            ("db.t4g.large", 8.0),
            ("db.x2g.large", 32.0),
            ("db.x2g.16xlarge", 1_024.0),
            ("db.x2iedn.xlarge", 128.0),
            ("db.m5.large", 8.0),
        ] {
            assert_eq!(memory_bytes(class, None), Some(gib * GIB), "{class}");
        }
        for unknown in ["db.serverless", "db.q9.large", "db.r5", "r5.large", "db.r5.huge", "db.t3.nano", ""] {
            assert_eq!(memory_bytes(unknown, None), None, "{unknown}");
        }
        assert_eq!(memory_bytes(SERVERLESS, Some(16.0)), Some(32.0 * GIB));
    }

    #[test]
    fn free_memory_is_a_share_of_the_largest_capacity() {
        assert_eq!(freeable_memory_percent(8.0 * GIB, SERVERLESS, Some(16.0)), Some(25.0));
        assert_eq!(freeable_memory_percent(4.0 * GIB, "db.r5.large", None), Some(25.0));
        assert_eq!(freeable_memory_percent(4.0 * GIB, SERVERLESS, None), None);
    }

    #[test]
    fn connections_of_aurora_postgresql() {
        let of = |class, min, max| max_connections(None, "aurora-postgresql", class, min, max);
        // 16 GiB / 9,531,392 = 1,802.45
        assert_eq!(of("db.r5.large", None, None), Some(1_802.0));
        assert_eq!(of("db.r5.2xlarge", None, None), Some(5_000.0));
        for (min, max, connections) in [
            (1.0, 1.0, 189.0),
            (1.0, 4.0, 823.0),
            (0.5, 8.0, 1_669.0),
            (1.0, 16.0, 3_360.0),
            (0.5, 16.0, 2_000.0),
            (0.0, 64.0, 2_000.0),
            (2.0, 32.0, 5_000.0),
            (2.0, 256.0, 5_000.0),
            // Half-way between 4 and 8 ACU: (823 + 1,669) / 2.
            (1.0, 6.0, 1_246.0),
        ] {
            assert_eq!(of(SERVERLESS, Some(min), Some(max)), Some(connections), "{min} to {max} ACU");
        }
        assert_eq!(of(SERVERLESS, None, None), None);
    }

    #[test]
    fn connections_of_aurora_mysql() {
        let of = |class, max| max_connections(None, "aurora-mysql", class, Some(1.0), max);
        for (class, connections) in [
            ("db.t3.small", 45.0),
            ("db.t3.medium", 90.0),
            ("db.t4g.large", 135.0),
            ("db.r5.large", 1_000.0),
            ("db.r6g.xlarge", 2_000.0),
            ("db.r5.12xlarge", 6_000.0),
            ("db.r5.16xlarge", 6_000.0),
            ("db.r5.24xlarge", 7_000.0),
        ] {
            assert_eq!(of(class, None), Some(connections), "{class}");
        }
        for (acu, connections) in [(1.0, 90.0), (4.0, 135.0), (8.0, 1_000.0), (16.0, 2_000.0), (128.0, 5_000.0)] {
            assert_eq!(of(SERVERLESS, Some(acu)), Some(connections), "{acu} ACU");
        }
    }

    #[test]
    fn the_teams_own_word_goes_first() {
        assert_eq!(max_connections(Some(1_000), "aurora-postgresql", "db.r5.large", None, None), Some(1_000.0));
        assert_eq!(max_connections(Some(7), "neptune", "unheard.of", None, None), Some(7.0));
    }

    proptest! {
        #[test]
        fn more_capacity_never_means_fewer_connections(a in 0.5f64..300.0, b in 0.5f64..300.0) {
            let (small, large) = (a.min(b), a.max(b));
            for engine in ["aurora-postgresql", "aurora-mysql"] {
                let of = |acu| max_connections(None, engine, SERVERLESS, Some(1.0), Some(acu)).unwrap();
                prop_assert!(of(small) <= of(large));
                prop_assert!(of(small) >= 45.0);
            }
        }

        #[test]
        fn any_text_is_a_class_or_none(class in any::<String>()) {
            let _ = max_connections(None, "aurora-postgresql", &class, None, Some(8.0));
        }
    }
}
