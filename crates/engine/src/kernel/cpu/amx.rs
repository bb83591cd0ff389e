//! Products of bf16 on AMX tiles.
//!
//! Eight tiles of 16 rows × 64 bytes: 0–3 hold 2 × 2 blocks of sums, 4 and 5 two blocks of
//! rows of the left side, 6 and 7 two blocks of columns of the right. The arithmetic of a
//! tile is behind [`Tiles`], so that all but the instructions themselves is tested on
//! processors without them; on one that has them, `probe` proves them in a child process
//! before they are used (some virtual machines advertise AMX and stop at its first use).

use super::tile::Goal;
use std::sync::OnceLock;

/// Rows of a tile, and pairs or f32 numbers a row.
const SIDE: usize = 16;

/// The eight tile registers.
pub(super) trait Tiles {
    /// Sums back to zero.
    fn zero(&mut self);
    /// Loads tiles 4 and 5: rows 0–15 and 16–31, `stride` pairs apart.
    ///
    /// # Safety
    /// 32 rows of 16 pairs are there.
    #[expect(unsafe_code, reason = "reads through a raw pointer")]
    unsafe fn left(&mut self, a: *const u32, stride: usize);
    /// Loads tiles 6 and 7: columns 0–15 and 16–31 of 16 rows of 32 pairs.
    ///
    /// # Safety
    /// 16 · 32 pairs are there.
    #[expect(unsafe_code, reason = "reads through a raw pointer")]
    unsafe fn right(&mut self, b: *const u32);
    /// Adds the four products to the sums.
    fn multiply(&mut self);
    /// The sums, 32 × 32.
    fn sums(&mut self, out: &mut [[f32; 2 * SIDE]; 2 * SIDE]);
}

/// `c = a·b`, or added, for 32 × 32 numbers or what of them the goal has.
///
/// # Safety
/// `a` has 32 rows of `depth` numbers (a multiple of 32), `stride` pairs apart; `b` has
/// depth / 2 rows of 32 pairs; the rectangle of the goal may be written.
#[expect(unsafe_code, reason = "reads and writes through raw pointers, whose extents the caller promises")]
pub(super) unsafe fn tile(
    tiles: &mut impl Tiles,
    depth: usize,
    (a, stride): (*const u32, usize),
    b: *const u32,
    goal: Goal,
) {
    tiles.zero();
    for l in (0..depth / 2).step_by(SIDE) {
        // SAFETY: pairs l … l + 16 of each row of `a` and rows l … l + 16 of `b`.
        unsafe {
            tiles.left(a.wrapping_add(l), stride);
            tiles.right(b.wrapping_add(l * 2 * SIDE));
        }
        tiles.multiply();
    }
    let mut sums = [[0.0; 2 * SIDE]; 2 * SIDE];
    tiles.sums(&mut sums);
    for (i, sums) in sums.iter().enumerate().take(goal.rows) {
        // SAFETY: row i of the goal.
        let c = unsafe { std::slice::from_raw_parts_mut(goal.c.wrapping_add(i * goal.stride), goal.cols) };
        for (c, sum) in c.iter_mut().zip(sums) {
            *c = goal.alpha * sum + if goal.accumulate { *c } else { 0.0 };
        }
    }
}

/// What `ldtilecfg` reads: palette 1, each tile 16 rows of 64 bytes. Written here and not
/// asked of CPUID leaf 0x1D, which some virtual machines leave empty.
#[repr(C, align(64))]
struct Configuration([u8; 64]);

static CONFIGURATION: Configuration = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = 16;
        tile += 1;
    }
    Configuration(bytes)
};

/// This thread's tiles are configured while it lives.
pub(super) struct Session(());

impl Session {
    /// Configures; only after [`verdict`] said yes.
    pub(super) fn begin() -> Self {
        // SAFETY: the system gave this process the tile state, and the configuration is
        // one every AMX processor has.
        #[expect(unsafe_code, reason = "AMX has no stable intrinsics")]
        unsafe {
            std::arch::asm!("ldtilecfg [{}]", in(reg) &raw const CONFIGURATION, options(nostack, readonly));
        }
        Self(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: gives back what `begin` configured.
        #[expect(unsafe_code, reason = "AMX has no stable intrinsics")]
        unsafe {
            std::arch::asm!("tilerelease", options(nostack, nomem));
        }
    }
}

/// The real tiles; only inside a [`Session`].
pub(super) struct Silicon;

#[expect(unsafe_code, reason = "AMX has no stable intrinsics")]
impl Tiles for Silicon {
    fn zero(&mut self) {
        // SAFETY: changes tile registers only, which the compiler never uses.
        unsafe {
            std::arch::asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                options(nostack, nomem)
            );
        }
    }

    unsafe fn left(&mut self, a: *const u32, stride: usize) {
        // SAFETY: reads the 32 rows the caller promised.
        unsafe {
            std::arch::asm!(
                "tileloadd tmm4, [{a} + {stride}]",
                "tileloadd tmm5, [{lower} + {stride}]",
                a = in(reg) a,
                lower = in(reg) a.wrapping_add(SIDE * stride),
                stride = in(reg) 4 * stride,
                options(nostack, readonly)
            );
        }
    }

    unsafe fn right(&mut self, b: *const u32) {
        // SAFETY: reads the 16 rows of 128 bytes the caller promised.
        unsafe {
            std::arch::asm!(
                "tileloadd tmm6, [{b} + {stride}]",
                "tileloadd tmm7, [{b} + {stride} + 64]",
                b = in(reg) b,
                stride = in(reg) 128usize,
                options(nostack, readonly)
            );
        }
    }

    fn multiply(&mut self) {
        // SAFETY: changes tile registers only.
        unsafe {
            std::arch::asm!(
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                options(nostack, nomem)
            );
        }
    }

    fn sums(&mut self, out: &mut [[f32; 2 * SIDE]; 2 * SIDE]) {
        let upper = out.as_mut_ptr();
        // SAFETY: writes 32 rows of 128 bytes, the whole of `out`.
        unsafe {
            std::arch::asm!(
                "tilestored [{upper} + {stride}], tmm0",
                "tilestored [{upper} + {stride} + 64], tmm1",
                "tilestored [{lower} + {stride}], tmm2",
                "tilestored [{lower} + {stride} + 64], tmm3",
                upper = in(reg) upper,
                lower = in(reg) upper.wrapping_add(SIDE),
                stride = in(reg) 128usize,
                options(nostack)
            );
        }
    }
}

/// Whether the processor says it has AMX with bf16 and the system lets this process use it.
pub(in crate::kernel) fn advertised() -> bool {
    #[cfg(target_os = "linux")]
    {
        const TILE: u32 = 1 << 24;
        const BF16: u32 = 1 << 22;
        let edx = std::arch::x86_64::__cpuid_count(7, 0).edx;
        edx & TILE != 0 && edx & BF16 != 0 && permitted()
    }
    #[cfg(not(target_os = "linux"))]
    false
}

/// `arch_prctl(ARCH_REQ_XCOMP_PERM, 18)`: asks the system for the tile state.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    let mut result: isize = 158;
    // SAFETY: a system call that touches no memory of ours.
    #[expect(unsafe_code, reason = "a system call without a wrapper")]
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") result,
            in("rdi") 0x1023,
            in("rsi") 18,
            out("rcx") _,
            out("r11") _,
            options(nostack, nomem)
        );
    }
    result == 0
}

static PROBE: OnceLock<fn() -> Result<(), String>> = OnceLock::new();
static VERDICT: OnceLock<Result<(), String>> = OnceLock::new();

/// How to try AMX where a crash does no harm: in a child process that calls
/// [`super::super::amx_self_test`]. Without one AMX is not used.
pub(in crate::kernel) fn set_probe(probe: fn() -> Result<(), String>) {
    let _ = PROBE.set(probe);
}

/// Whether AMX is used, or why not; asked once a process.
pub(in crate::kernel) fn verdict() -> &'static Result<(), String> {
    VERDICT.get_or_init(|| match (advertised(), PROBE.get()) {
        (false, _) => Err("this processor or system has none".into()),
        (true, None) => Err("not tried in a child process".into()),
        (true, Some(probe)) => probe(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::brain::{Brain, plain, round, widen};

    /// The tile instructions in plain code, as Intel's manual states them.
    #[derive(Default)]
    struct Plain {
        sums: [[[f32; SIDE]; SIDE]; 4],
        left: [[[u32; SIDE]; SIDE]; 2],
        right: [[[u32; SIDE]; SIDE]; 2],
    }

    #[expect(unsafe_code, reason = "stands in for instructions on raw memory")]
    impl Tiles for Plain {
        fn zero(&mut self) {
            self.sums = Default::default();
        }

        unsafe fn left(&mut self, a: *const u32, stride: usize) {
            for row in 0..2 * SIDE {
                for pair in 0..SIDE {
                    // SAFETY: the caller's promise.
                    self.left[row / SIDE][row % SIDE][pair] = unsafe { *a.add(row * stride + pair) };
                }
            }
        }

        unsafe fn right(&mut self, b: *const u32) {
            for pair in 0..SIDE {
                for col in 0..2 * SIDE {
                    // SAFETY: the caller's promise.
                    self.right[col / SIDE][pair][col % SIDE] = unsafe { *b.add(pair * 2 * SIDE + col) };
                }
            }
        }

        fn multiply(&mut self) {
            for (t, sums) in self.sums.iter_mut().enumerate() {
                let (left, right) = (&self.left[t / 2], &self.right[t % 2]);
                for (sums, left) in sums.iter_mut().zip(left) {
                    for (a, right) in left.iter().zip(right) {
                        for (sum, b) in sums.iter_mut().zip(right) {
                            *sum += widen(*a as u16) * widen(*b as u16);
                            *sum += widen((a >> 16) as u16) * widen((b >> 16) as u16);
                        }
                    }
                }
            }
        }

        fn sums(&mut self, out: &mut [[f32; 2 * SIDE]; 2 * SIDE]) {
            for (i, row) in out.iter_mut().enumerate() {
                for (j, x) in row.iter_mut().enumerate() {
                    *x = self.sums[i / SIDE * 2 + j / SIDE][i % SIDE][j % SIDE];
                }
            }
        }
    }

    #[test]
    fn the_algorithm_of_the_tiles_on_plain_ones() {
        for (rows, inner, cols) in [(1, 1, 1), (32, 64, 32), (31, 33, 17), (7, 100, 32), (20, 32, 5)] {
            let number = |i: usize| ((i * 37 + 11) % 101) as f32 / 50.0 - 1.0;
            let b = Brain::pack(inner, cols, |l, c| round(number(l * cols + c)));
            let a: Vec<f32> = (0..rows * inner).map(|i| number(i + 5)).collect();
            let stride = b.depth() / 2 + 3;
            let mut left = vec![0u32; 2 * SIDE * stride];
            for (i, &x) in a.iter().enumerate() {
                left[i / inner * stride + i % inner / 2] |= u32::from(round(x)) << (i % inner % 2 * 16);
            }
            for accumulate in [false, true] {
                let mut ours = vec![0.5; rows * cols];
                let mut reference = ours.clone();
                let goal = Goal { c: ours.as_mut_ptr(), stride: cols, rows, cols, alpha: 1.0, accumulate };
                let right = b.panel(0, 0).as_ptr().cast();
                // SAFETY: 32 rows on the left, a whole panel on the right, all of `ours`.
                #[expect(unsafe_code, reason = "tiles work on raw pointers")]
                unsafe {
                    tile(&mut Plain::default(), b.depth(), (left.as_ptr(), stride), right, goal);
                }
                plain(&b, (&a, rows), accumulate, &mut reference);
                let apart = ours.iter().zip(&reference).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-4, "{rows} × {inner} × {cols}: {apart}");
            }
        }
    }

    #[test]
    fn without_a_probe_amx_is_not_used() {
        assert!(verdict().is_err());
    }
}
