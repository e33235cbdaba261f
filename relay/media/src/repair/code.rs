//! Reed–Solomon over shards of one length.
//!
//! The library finds erased places by a transform over its whole field of 65 536 elements, which for a block of some ten packets takes longer than everything
//! else. Blocks here are small, so that sums over the few places do ([`Few`]).

use reed_solomon_simd::{
    engine::{DefaultEngine, Engine, GF_MODULUS, GF_ORDER, GfElement, ShardsRefMut, tables},
    rate::{DefaultRateDecoder, DefaultRateEncoder, RateDecoder, RateEncoder},
};
use yunzhen_protocol::repair::{MAX_BLOCK, MAX_PARITIES};

/// Places that a block has in the code: its packets behind its parities, each rounded up.
const PLACES: usize = 64;
const _: () = assert!(MAX_BLOCK.next_power_of_two() + MAX_PARITIES.next_power_of_two() <= PLACES);

/// The library's engine for this processor, and locators of few places.
struct Few(DefaultEngine);

impl Engine for Few {
    fn fft(&self, data: &mut ShardsRefMut<'_>, at: usize, size: usize, truncated: usize, skew: usize) {
        self.0.fft(data, at, size, truncated, skew);
    }

    fn ifft(&self, data: &mut ShardsRefMut<'_>, at: usize, size: usize, truncated: usize, skew: usize) {
        self.0.ifft(data, at, size, truncated, skew);
    }

    fn mul(&self, data: &mut [[u8; 64]], log: GfElement) {
        self.0.mul(data, log);
    }

    /// At each place the sum of logarithms of its distances to the erased ones. Behind the block all places are erased, or none: the logarithms of all
    /// distances add up to nothing, so that the sum over the others with the other sign is the same.
    fn eval_poly(erasures: &mut [GfElement; GF_ORDER], _: usize) {
        let log = &tables::get_exp_log().log;
        let behind = erasures[PLACES];
        let others: Vec<usize> = (0..PLACES).filter(|place| erasures[*place] != behind).collect();
        for place in 0..PLACES {
            let distances = others.iter().filter(|other| **other != place).map(|other| u32::from(log[place ^ other]));
            let sum = (distances.sum::<u32>() % u32::from(GF_MODULUS)) as GfElement;
            erasures[place] = if behind == 0 { sum } else { GF_MODULUS - sum };
        }
    }
}

/// The parities of these shards, which are of one even length; none when there are too many of them.
pub fn parities(shards: &[Vec<u8>], count: usize) -> Vec<Vec<u8>> {
    let made = || {
        let length = shards.first()?.len();
        let mut encoder = DefaultRateEncoder::new(shards.len(), count, length, Few(DefaultEngine::new()), None).ok()?;
        shards.iter().try_for_each(|shard| encoder.add_original_shard(shard)).ok()?;
        let result = encoder.encode().ok()?;
        Some(result.recovery_iter().map(<[u8]>::to_vec).collect())
    };
    if shards.len() > MAX_BLOCK || count > MAX_PARITIES { Vec::new() } else { made().unwrap_or_default() }
}

/// The shards that are missing of `count`, by their places; `None` when it cannot be done. `shards` and `parities` are by place, of one even length.
pub fn restore(
    count: usize,
    parity_count: usize,
    length: usize,
    shards: impl Iterator<Item = (usize, Vec<u8>)>,
    parities: &[(usize, bytes::Bytes)],
) -> Option<Vec<(usize, Vec<u8>)>> {
    if count > MAX_BLOCK || parity_count > MAX_PARITIES {
        return None;
    }
    let engine = Few(DefaultEngine::new());
    let mut decoder = DefaultRateDecoder::new(count, parity_count, length, engine, None).ok()?;
    for (place, shard) in shards {
        decoder.add_original_shard(place, shard).ok()?;
    }
    for (place, parity) in parities {
        decoder.add_recovery_shard(*place, parity).ok()?;
    }
    let result = decoder.decode().ok()?;
    Some(result.restored_original_iter().map(|(place, shard)| (place, shard.to_vec())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Any `count` of a block's shards and parities give all its shards.
        #[test]
        fn as_many_as_there_were_are_enough(
            count in 1usize..=MAX_BLOCK, parity_count in 1usize..=MAX_PARITIES, half in 1usize..60, seed: u8,
            order in any::<prop::sample::Index>(), reversed: bool,
        ) {
            let byte = |place: usize, at: usize| (place * 31 + at * 7 + usize::from(seed)) as u8;
            let shards: Vec<Vec<u8>> =
                (0..count).map(|place| (0..2 * half).map(|at| byte(place, at)).collect()).collect();
            let made = parities(&shards, parity_count);
            prop_assert_eq!(made.len(), parity_count);
            let mut all: Vec<usize> = (0..count + parity_count).collect();
            if reversed { all.reverse(); }
            all.rotate_left(order.index(count + parity_count));
            let (came, _) = all.split_at(count);
            let data = came.iter().filter(|place| **place < count).map(|place| (*place, shards[*place].clone()));
            let parity: Vec<(usize, bytes::Bytes)> =
                came.iter().filter(|place| **place >= count).map(|place| (place - count, made[place - count].clone().into())).collect();
            let restored = restore(count, parity_count, 2 * half, data, &parity).expect("enough");
            for (place, shard) in &restored {
                prop_assert_eq!(shard, &shards[*place]);
            }
            prop_assert_eq!(restored.len(), parity.len());
        }
    }

    #[test]
    fn too_much_or_too_little_is_refused() {
        let shards = vec![vec![1u8; 4]; MAX_BLOCK + 1];
        assert_eq!(parities(&shards, 2), Vec::<Vec<u8>>::new());
        assert_eq!(parities(&shards[..4], MAX_PARITIES + 1), Vec::<Vec<u8>>::new());
        assert_eq!(parities(&[], 1), Vec::<Vec<u8>>::new());
        assert_eq!(restore(3, 1, 4, [(0, vec![1; 4])].into_iter(), &[(0, vec![2; 4].into())]), None);
        assert_eq!(restore(2, 1, 4, [(5, vec![1; 4])].into_iter(), &[(0, vec![2; 4].into())]), None);
    }

    /// What one repaired block costs: `cargo test --release -p yunzhen-media -- --ignored --nocapture cost`.
    #[test]
    #[ignore = "a measurement"]
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    fn cost() {
        let shards: Vec<Vec<u8>> = (0..16u8).map(|place| vec![place; 1150]).collect();
        let first = std::time::Instant::now();
        let made = parities(&shards, 6);
        println!("tables and first block {:?}", first.elapsed());
        let begun = std::time::Instant::now();
        (0..1000).for_each(|_| assert_eq!(parities(&shards, 6).len(), 6));
        println!("encode 16 + 6: {:?}", begun.elapsed() / 1000);
        let parity: Vec<(usize, bytes::Bytes)> = (0..4).map(|place| (place, made[place].clone().into())).collect();
        let begun = std::time::Instant::now();
        for _ in 0..1000 {
            let data = (4..16).map(|place| (place, shards[place].clone()));
            assert_eq!(restore(16, 6, 1150, data, &parity).map(|restored| restored.len()), Some(4));
        }
        println!("restore 4 of 16: {:?}", begun.elapsed() / 1000);
    }
}
