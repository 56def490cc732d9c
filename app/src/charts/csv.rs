//! A chart's figures as CSV: what stands behind the picture, one row a moment, row, cause or bar.

use std::collections::BTreeSet;

use bayplan_engine::report::chart::{Body, Chart, Stack, TimeAxis};

/// The figures, with a head that names the columns. Moments are milliseconds since the start and in words.
pub fn to_csv(chart: &Chart) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
    match &chart.body {
        Body::Lines(lines) => {
            let names = lines.series.iter().map(|s| s.name.clone());
            rows.push(row(&["at_ms", "at"]).into_iter().chain(names).collect());
            let times: BTreeSet<u64> = lines.series.iter().flat_map(|s| s.points.iter().map(|p| p.0)).collect();
            rows.extend(times.into_iter().map(|t| {
                let values = lines.series.iter().map(|s| s.at(t).map_or_else(String::new, |v| v.to_string()));
                moment(&lines.time, t).into_iter().chain(values).collect()
            }));
        }
        Body::Stack(stack) => rows.extend(stacked(stack)),
        Body::Bands(bands) => {
            rows.push(row(&["name", "low", "mid", "high", "remark"]));
            rows.extend(bands.rows.iter().map(|r| {
                let (low, mid, high) = r.low_mid_high;
                vec![r.name.clone(), low.to_string(), mid.to_string(), high.to_string(), r.remark.clone()]
            }));
        }
        Body::Waterfall(fall) => {
            rows.push(row(&["name", "change", "sum"]));
            rows.push(vec![fall.from.name.clone(), String::new(), fall.from.value.to_string()]);
            let mut sum = fall.from.value;
            for cause in &fall.causes {
                sum += cause.delta;
                rows.push(vec![cause.name.clone(), cause.delta.to_string(), sum.to_string()]);
            }
            rows.push(vec![fall.to.name.clone(), String::new(), fall.to.value.to_string()]);
        }
        Body::Curves(curves) => {
            rows.push(row(&["name", "x", "y"]));
            let lines = curves.curves.iter().flat_map(|c| c.points.iter().map(|p| (&c.name, *p)));
            let points = lines.chain(curves.dots.iter().map(|d| (&d.name, d.at)));
            rows.extend(points.map(|(name, (x, y))| vec![name.clone(), x.to_string(), y.to_string()]));
        }
        Body::Bars(bars) => {
            rows.push(row(&["at_ms", "at", "value"]));
            let named = |&(t, v): &(u64, f64)| moment(&bars.time, t).into_iter().chain([v.to_string()]).collect();
            rows.extend(bars.bars.iter().map(named));
        }
    }
    written(&rows)
}

fn moment(time: &TimeAxis, at: u64) -> [String; 2] {
    [at.to_string(), time.moment(at)]
}

fn stacked(stack: &Stack) -> Vec<Vec<String>> {
    let names = stack.layers.iter().map(|l| l.name.clone());
    let head = ["at_ms", "at"].map(str::to_owned).into_iter().chain(names).collect();
    let rows = stack.times_ms.iter().enumerate().map(|(i, &t)| {
        let values = stack.layers.iter().map(|l| l.values.get(i).map_or_else(String::new, f64::to_string));
        moment(&stack.time, t).into_iter().chain(values).collect()
    });
    std::iter::once(head).chain(rows).collect()
}

fn written(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory takes every record");
    }
    let bytes = writer.into_inner().expect("memory takes every record");
    String::from_utf8(bytes).expect("what was text stays text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::report::chart::{Change, Total, Unit, ValueAxis, Waterfall};

    #[test]
    fn a_waterfall_has_its_running_sum_and_quotes_commas() {
        let body = Waterfall {
            value: ValueAxis::from_zero("", Unit::Usd),
            from: Total { name: "Fargate".into(), value: 100.0 },
            causes: vec![Change { name: "NAT, pulls".into(), delta: -12.5 }],
            to: Total { name: "EC2".into(), value: 87.5 },
        };
        let chart = Chart { title: String::new(), note: String::new(), legend: false, body: Body::Waterfall(body) };
        assert_eq!(to_csv(&chart), "name,change,sum\nFargate,,100\n\"NAT, pulls\",-12.5,87.5\nEC2,,87.5\n");
    }
}
