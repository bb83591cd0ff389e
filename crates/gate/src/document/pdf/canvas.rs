//! What is painted on a page, as far as it decides which letters can be seen: filled
//! shapes with their colours, images, and what was laid over letters afterwards.

/// Cells of the grid that finds what is painted at a point, on each side.
const GRID: usize = 32;
/// Shapes kept on a page, and those of them listed in one cell.
const MAX_SHAPES: usize = 50_000;
const MAX_LISTED: usize = 48;
/// Corners of a shape that is held exactly; of bigger ones only the box is known.
const MAX_CORNERS: usize = 256;
/// Corners that are compared with letters on one page.
const MAX_COMPARED: usize = 20_000_000;
/// Sheets that can cover letters, and images, kept on a page: the biggest.
const MAX_SHEETS: usize = 400;

/// Red, green and blue, 0–1 each.
pub(super) type Colour = [f64; 3];
/// Left, top, right, bottom.
pub(super) type Area = [f64; 4];

/// What lies under a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ground {
    /// Nothing was painted.
    Paper,
    Colour(Colour),
    /// An image, a shading, or more than can be told.
    Unknown,
}

/// A painted shape.
struct Shape {
    area: Area,
    /// Its corners where it is no upright rectangle.
    corners: Vec<(f64, f64)>,
    /// None for what has no one colour.
    colour: Option<Colour>,
}

/// Something opaque and upright, and how many pieces of text were on the page before it.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    pub(super) area: Area,
    pub(super) after: usize,
}

/// Everything painted on a page.
pub(super) struct Canvas {
    size: (f64, f64),
    shapes: Vec<Shape>,
    cells: Vec<Vec<u32>>,
    /// Cells that have lost a shape.
    lost: Vec<bool>,
    compared: usize,
    /// Rectangles of one colour, and opaque images.
    pub(super) sheets: Vec<Sheet>,
    pub(super) images: Vec<Sheet>,
}

/// A path while it is drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    pub(super) area: Option<Area>,
    corners: Vec<(f64, f64)>,
    /// Whether it is one upright rectangle.
    pub(super) is_plain: bool,
    parts: usize,
}

impl Path {
    /// An upright rectangle, or the box of a turned one.
    pub(super) fn rectangle(&mut self, corners: [(f64, f64); 4], upright: bool) {
        self.is_plain = upright && self.area.is_none();
        corners.iter().for_each(|corner| self.reach(*corner));
        self.parts += 1;
    }

    /// A corner; `starts` when a new part of the path begins there.
    pub(super) fn corner(&mut self, corner: (f64, f64), starts: bool) {
        self.is_plain = false;
        self.parts += usize::from(starts);
        self.reach(corner);
    }

    fn reach(&mut self, corner: (f64, f64)) {
        let (x, y) = corner;
        let area = self.area.get_or_insert([x, y, x, y]);
        *area = [area[0].min(x), area[1].min(y), area[2].max(x), area[3].max(y)];
        if self.corners.len() <= MAX_CORNERS {
            self.corners.push(corner);
        }
    }

    /// Whether four corners make an upright rectangle, as most programs draw boxes.
    fn is_box(&self) -> bool {
        let Some(area) = self.area else { return false };
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        let on_corner = |&(x, y): &(f64, f64)| {
            (near(x, area[0]) || near(x, area[2])) && (near(y, area[1]) || near(y, area[3]))
        };
        let sides = self.corners.windows(2).all(|p| near(p[0].0, p[1].0) || near(p[0].1, p[1].1));
        self.is_plain
            || (self.parts <= 1
                && (4..=5).contains(&self.corners.len())
                && sides
                && self.corners.iter().all(on_corner))
    }
}

impl Canvas {
    pub(super) fn new(size: (f64, f64)) -> Self {
        Self {
            size,
            shapes: Vec::new(),
            cells: vec![Vec::new(); GRID * GRID],
            lost: vec![false; GRID * GRID],
            compared: 0,
            sheets: Vec::new(),
            images: Vec::new(),
        }
    }

    /// The column and row of the cell of a point, held inside the grid.
    fn cell(&self, x: f64, y: f64) -> (usize, usize) {
        let of = |v: f64, most: f64| ((v / most.max(1e-3) * GRID as f64).max(0.0) as usize).min(GRID - 1);
        (of(x, self.size.0), of(y, self.size.1))
    }

    /// Fills a path inside `clip`; `opaque` when nothing below shows through.
    pub(super) fn fill(
        &mut self,
        path: &Path,
        clip: &Area,
        colour: Option<Colour>,
        opaque: bool,
        after: usize,
    ) {
        let Some(area) = path.area.and_then(|area| common(&area, clip)) else { return };
        let is_box = path.is_box();
        let known = colour.filter(|_| opaque && (is_box || path.corners.len() <= MAX_CORNERS));
        let corners = if is_box || known.is_none() { Vec::new() } else { path.corners.clone() };
        if is_box && known.is_some() {
            keep(&mut self.sheets, Sheet { area, after });
        }
        self.put(Shape { area, corners, colour: known });
    }

    /// Something without one colour: an image (opaque or not), a shading.
    pub(super) fn picture(&mut self, area: &Area, clip: &Area, opaque_image: Option<bool>, after: usize) {
        let Some(area) = common(area, clip) else { return };
        if let Some(opaque) = opaque_image {
            keep(&mut self.images, Sheet { area, after: if opaque { after } else { 0 } });
        }
        self.put(Shape { area, corners: Vec::new(), colour: None });
    }

    fn put(&mut self, shape: Shape) {
        if self.shapes.len() >= MAX_SHAPES {
            // From here on nothing is known.
            self.compared = usize::MAX;
            return;
        }
        let ((left, top), (right, bottom)) =
            (self.cell(shape.area[0], shape.area[1]), self.cell(shape.area[2], shape.area[3]));
        let number = self.shapes.len() as u32;
        let (w, h) = (self.size.0 / GRID as f64, self.size.1 / GRID as f64);
        for row in top..=bottom {
            for column in left..=right {
                let at = row * GRID + column;
                let (x, y) = (column as f64 * w, row as f64 * h);
                let covers = shape.corners.is_empty()
                    && shape.area[0] <= x
                    && shape.area[1] <= y
                    && shape.area[2] >= x + w
                    && shape.area[3] >= y + h;
                if covers {
                    self.cells[at].clear();
                    self.lost[at] = false;
                }
                if self.cells[at].len() >= MAX_LISTED {
                    self.lost[at] = true;
                } else {
                    self.cells[at].push(number);
                }
            }
        }
        self.shapes.push(shape);
    }

    /// What lies under a point.
    pub(super) fn ground(&mut self, point: (f64, f64)) -> Ground {
        let (column, row) = self.cell(point.0, point.1);
        let at = row * GRID + column;
        if self.lost[at] || self.compared > MAX_COMPARED {
            return Ground::Unknown;
        }
        for number in self.cells[at].iter().rev() {
            let Some(shape) = self.shapes.get(*number as usize) else { continue };
            self.compared = self.compared.saturating_add(1 + shape.corners.len());
            let hit =
                inside(&shape.area, point) && (shape.corners.is_empty() || within(&shape.corners, point));
            if hit {
                return shape.colour.map_or(Ground::Unknown, Ground::Colour);
            }
        }
        Ground::Paper
    }
}

/// Keeps the biggest sheets.
fn keep(sheets: &mut Vec<Sheet>, sheet: Sheet) {
    let size = |sheet: &Sheet| (sheet.area[2] - sheet.area[0]) * (sheet.area[3] - sheet.area[1]);
    // Rules and dots cover no text.
    if sheet.area[2] - sheet.area[0] < 2.0 || sheet.area[3] - sheet.area[1] < 2.0 {
        return;
    }
    if sheets.len() < MAX_SHEETS {
        sheets.push(sheet);
    } else if let Some(least) = sheets.iter_mut().min_by(|a, b| size(a).total_cmp(&size(b)))
        && size(least) < size(&sheet)
    {
        *least = sheet;
    }
}

/// What two areas have in common.
pub(super) fn common(a: &Area, b: &Area) -> Option<Area> {
    let out = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    (out[0] <= out[2] && out[1] <= out[3]).then_some(out)
}

pub(super) fn inside(area: &Area, (x, y): (f64, f64)) -> bool {
    area[0] <= x && x <= area[2] && area[1] <= y && y <= area[3]
}

/// Whether a point lies in a polygon: a ray to the right crosses its edge an odd number of times.
fn within(corners: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let next = corners.iter().cycle().skip(1);
    let crossed = corners
        .iter()
        .zip(next)
        .filter(|((x0, y0), (x1, y1))| (*y0 > y) != (*y1 > y) && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0);
    crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Area = [0.0, 0.0, 100.0, 100.0];

    fn path(corners: &[(f64, f64)]) -> Path {
        let mut path = Path::default();
        corners.iter().enumerate().for_each(|(i, corner)| path.corner(*corner, i == 0));
        path
    }

    #[test]
    fn the_ground_is_what_was_painted_last_at_a_point() {
        let mut canvas = Canvas::new((100.0, 100.0));
        assert_eq!(canvas.ground((50.0, 50.0)), Ground::Paper);
        canvas.fill(
            &path(&[(10.0, 10.0), (90.0, 10.0), (90.0, 90.0), (10.0, 90.0)]),
            &ALL,
            Some([1.0, 0.0, 0.0]),
            true,
            0,
        );
        canvas.fill(&path(&[(40.0, 40.0), (60.0, 40.0), (50.0, 60.0)]), &ALL, Some([0.0; 3]), true, 0);
        assert_eq!(canvas.ground((20.0, 20.0)), Ground::Colour([1.0, 0.0, 0.0]));
        assert_eq!(canvas.ground((50.0, 45.0)), Ground::Colour([0.0; 3]));
        assert_eq!(canvas.ground((41.0, 59.0)), Ground::Colour([1.0, 0.0, 0.0]), "beside the triangle");
        assert_eq!(canvas.ground((95.0, 95.0)), Ground::Paper);
        canvas.picture(&[0.0, 0.0, 30.0, 30.0], &[0.0, 0.0, 15.0, 30.0], Some(true), 7);
        assert_eq!(canvas.ground((12.0, 20.0)), Ground::Unknown);
        assert_eq!(canvas.ground((20.0, 20.0)), Ground::Colour([1.0, 0.0, 0.0]), "clipped");
        assert_eq!((canvas.sheets.len(), canvas.images.len(), canvas.images[0].after), (1, 1, 7));
    }

    #[test]
    fn too_many_shapes_leave_the_ground_unknown_and_take_no_time() {
        let mut canvas = Canvas::new((100.0, 100.0));
        let line = path(&[(0.0, 0.0), (100.0, 100.0)]);
        (0..200_000).for_each(|_| canvas.fill(&line, &ALL, Some([0.0; 3]), true, 0));
        assert_eq!(canvas.ground((50.0, 20.0)), Ground::Unknown);
        assert!(canvas.shapes.len() <= MAX_SHAPES);
    }
}
