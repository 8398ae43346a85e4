//! Chance without state: numbers that depend on a seed and a name alone, so that the same world comes out every time.

/// Mixes two numbers into one that looks random (the finalizer of splitmix64).
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mut x = a ^ b.wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The number of a name under a seed (FNV-1a, mixed).
pub(super) fn grain(seed: u64, name: &str) -> u64 {
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3));
    mix(seed, hash)
}

/// A whole number from 0 up to, not including, `n`; 0 where `n` is not positive.
pub(super) fn below(grain: u64, n: i64) -> i64 {
    match u64::try_from(n) {
        Ok(n) if n > 0 => i64::try_from(grain % n).unwrap_or(0),
        _ => 0,
    }
}

/// A number from 0 up to, not including, 1.
pub(super) fn unit(grain: u64) -> f64 {
    // The upper 53 bits are exactly what an f64 can hold.
    (grain >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number between two others.
pub(super) fn between(grain: u64, low: f64, high: f64) -> f64 {
    low + (high - low) * unit(grain)
}

/// `length` characters as Kubernetes picks them for generated names.
pub(super) fn letters(grain: u64, length: usize) -> String {
    const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut rest = grain;
    (0..length)
        .map(|_| {
            let at = usize::try_from(rest % 27).unwrap_or(0);
            rest /= 27;
            char::from(ALPHABET[at])
        })
        .collect()
}

/// A UUID in its usual form.
pub(super) fn uid(grain: u64) -> String {
    let (a, b) = (mix(grain, 1), mix(grain, 2));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xFFFF,
        a & 0xFFF,
        b >> 52,
        b & 0xFFFF_FFFF_FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_even_and_in_bounds() {
        let mean = (0..10_000).map(|k| unit(mix(7, k))).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean} is not about a half");
        assert!((0..1_000).all(|k| (0..24).contains(&below(mix(3, k), 24))));
        assert_eq!((below(9, 0), below(9, -4)), (0, 0));
        assert_eq!(letters(u64::MAX, 5).len(), 5);
        assert_eq!(uid(42).len(), 36);
        assert_ne!(grain(1, "a"), grain(2, "a"));
    }
}
