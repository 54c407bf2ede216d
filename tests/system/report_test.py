# SPDX-License-Identifier: MIT
"""holdfast report, as a program, and its page in a browser: it opens without a complaint and without a
request, shows the numbers of --json, zooms by click and by key, and takes hostile names as text. Without
Chromium that part says SKIP.

usage: report_test.py PROGRAM_DIR
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import chromium  # noqa: E402

HOLDFAST = ""
# A run in simulated time: what is lost is in the script, the same on every machine.
DEVICE = "virtual:clock=fake,lose=187@1s,lose=5000@2.5s,stall=20ms@4s"


def run(*arguments, **options):
    options = {"text": True, "capture_output": True, "timeout": 120, "check": False} | options
    return subprocess.run([HOLDFAST, *arguments], **options)


def journal(folder, blocks=8):
    """An experiment as `prove --resume` keeps it; its order of arms is prove's."""
    design = {"schema": "holdfast.prove_design/1", "arms": "none,all", "seed": 7, "rounds": blocks // 2,
              "block_ns": 20_000_000_000, "washout_ns": 3_000_000_000, "block_frames": 16, "rate_hz": 48000,
              "workload": "", "pressure": "psi=30%"}
    path = pathlib.Path(folder, "journal")
    lines = [json.dumps(design, separators=(",", ":"))]
    # The order is drawn from the seed: try both arms until the journal is understood.
    for index in range(blocks):
        for arm in (0, 1):
            line = {"schema": "holdfast.prove_block/1", "index": index, "round": index // 2, "arm_index": arm,
                    "seconds": 20, "glitches": 100 - 95 * arm, "page_fault_glitches": 90 * (1 - arm),
                    "episodes": 20, "page_fault_episodes": 15 * (1 - arm)}
            path.write_text("\n".join([*lines, json.dumps(line, separators=(",", ":")), ""]), encoding="utf-8")
            if run("report", "--json", str(path)).returncode == 0:
                break
        lines.append(json.dumps(line, separators=(",", ":")))
    return path


def dig(value, path):
    """The value at "summary.causes.page_fault"; what is not there is 0."""
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value.get(name, 0) if value else 0
    return value


def record(folder, name="tone", seconds=3):
    """A take of a tone, half a second of it lost at 1 s, and its trace."""
    wave, trace = (str(pathlib.Path(folder, name).with_suffix(suffix)) for suffix in (".wav", ".hft"))
    done = run("record", wave, "--device", "virtual:clock=fake,content=tone,lose=24000@1s", "--for", f"{seconds}s",
               "--no-notices", "--trace", trace)
    assert done.returncode == 0, done.stderr
    return wave, trace


class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="holdfast-report-")
        cls.folder = cls.directory.name
        cls.trace = os.path.join(cls.folder, "take.hft")
        done = run("count", "--device", DEVICE, "--frames", "16", "--for", "6s", "--trace", cls.trace)
        assert done.returncode in (0, 1), done.stderr
        cls.page = os.path.join(cls.folder, "report.html")
        done = run("report", cls.trace, "-o", cls.page)
        assert done.returncode == 0, done.stderr
        cls.json = json.loads(run("report", cls.trace, "--json").stdout)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()


class Report(Fixture):
    def test_json_says_what_explain_says(self):
        lines = [json.loads(line) for line in run("explain", "--json", self.trace).stdout.splitlines()]
        self.assertEqual(self.json["summary"], lines[-1])
        shared = ("index", "missing_frames", "error_frames", "source", "lateness_ns", "cause")
        self.assertEqual([[one[name] for name in shared] for one in self.json["glitches"]],
                         [[one[name] for name in shared] for one in lines[:-1]])
        self.assertEqual([[part["ns"] for part in one["budget"]] for one in self.json["glitches"]],
                         [[part["ns"] for part in one["budget"]] for one in lines[:-1]])
        self.assertGreaterEqual(self.json["summary"]["glitches"], 3)

    def test_page_holds_the_json_and_the_verdict_of_explain(self):
        html = pathlib.Path(self.page).read_text(encoding="utf-8")
        data = html.partition('id="data">')[2].partition("</script>")[0]
        self.assertEqual(json.loads(data), self.json)
        explained = run("explain", self.trace).stdout.splitlines()[0]
        self.assertEqual(explained, self.json["verdict"])

    def test_trace_events_are_json_with_every_glitch(self):
        events = json.loads(run("report", self.trace, "--trace").stdout)["traceEvents"]
        glitches = [one for one in events if one["ph"] == "X" and "missing_frames" in one["args"]]
        self.assertEqual(len(glitches), self.json["summary"]["glitches"])

    def test_text_names_neither_host_nor_user(self):
        environment = os.environ | {"USER": "holdfastuser"}
        text = run("report", self.trace, "--text", env=environment).stdout
        self.assertIn(self.json["verdict"], text)
        self.assertNotIn("holdfastuser", text)
        self.assertNotIn("/home/", text)

    def test_works_in_pipes(self):
        trace = pathlib.Path(self.trace).read_bytes()
        done = run("report", "-", "-o", "-", input=trace, text=False)
        self.assertEqual(done.stdout, pathlib.Path(self.page).read_bytes())
        with subprocess.Popen([HOLDFAST, "report", self.trace, "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdout.close()  # a reader that leaves
            self.assertLessEqual(process.stderr.read().count(b"\n"), 1)
            self.assertNotIn(process.wait(60), (-signal.SIGPIPE, -signal.SIGABRT))

    def test_cut_trace_gives_a_report_that_says_so(self):
        cut = os.path.join(self.folder, "cut.hft")
        whole = pathlib.Path(self.trace).read_bytes()
        pathlib.Path(cut).write_bytes(whole[:len(whole) * 2 // 3])
        page = os.path.join(self.folder, "cut.html")
        done = run("report", cut, "-o", page)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("Damaged trace:", pathlib.Path(page).read_text(encoding="utf-8"))

    def test_waveform_of_the_take_is_silent_where_frames_were_lost(self):
        with tempfile.TemporaryDirectory() as folder:
            wave, trace = record(folder)
            shown = json.loads(run("report", trace, "--json").stdout)
            line = shown["charts"]["waveform"]
            spans = list(zip(line["low_percent"], line["high_percent"]))
            at = [(line["begin_us"] + i * line["span_us"]) / 1e6 for i in range(len(spans))]
            self.assertAlmostEqual(at[-1], 3, delta=0.01)
            (lost,) = [one["at_us"] / 1e6 for one in shown["glitches"] if one["missing_frames"] == 24000]
            silent = {i for i, (low, high) in enumerate(spans) if low == high == 0}
            self.assertEqual(silent, {i for i in silent if lost - 0.005 <= at[i] <= lost + 0.5})
            self.assertGreater(len(silent), 0.45e6 / line["span_us"])
            os.rename(wave, wave + "-elsewhere")
            self.assertIsNone(json.loads(run("report", trace, "--json").stdout)["charts"]["waveform"])
            named = json.loads(run("report", trace, "--json", "--take", wave + "-elsewhere").stdout)
            self.assertEqual(named, shown)
            other, _ = record(folder, "other", seconds=9)
            for bad in (other, trace, os.path.join(folder, "absent")):
                done = run("report", trace, "--take", bad, "-o", os.path.join(folder, "x"))
                self.assertIn(done.returncode, (2, 3), bad)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            os.rename(other, wave)
            done = run("report", trace, "--json")
            self.assertIn("not the take of this run", done.stderr)
            self.assertIsNone(json.loads(done.stdout)["charts"]["waveform"])

    def test_bad_input_is_refused_in_one_line(self):
        wrong = pathlib.Path(self.folder, "wrong")
        wrong.write_text("hello\n", encoding="utf-8")
        empty = pathlib.Path(self.folder, "empty")
        empty.mkdir()
        for code, arguments in ((2, [str(wrong), "-o", "x"]), (2, [str(empty), "-o", "x"]), (2, []),
                                (2, [self.trace, "-o", self.trace]), (2, [self.trace, "--json", "--text"]),
                                (2, [self.trace, "-o", str(empty)]),
                                (3, [str(wrong) + "-absent", "-o", "x"]),
                                (3, [self.trace, "-o", "/absent/x.html"])):
            done = run("report", *arguments, cwd=self.folder)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(set(os.listdir(self.folder)) - {"x"}))

    def test_full_disk_leaves_the_old_page(self):
        page = pathlib.Path(self.folder, "old.html")
        page.write_text("old", encoding="utf-8")
        done = run("report", self.trace, "-o", "/dev/full")
        self.assertEqual(done.returncode, 3, done.stderr)
        limited = subprocess.run(["/bin/sh", "-c", 'ulimit -f 8; exec "$0" report "$1" -o "$2"', HOLDFAST,
                                  self.trace, str(page)], capture_output=True, text=True, check=False)
        self.assertEqual(limited.returncode, 3, limited.stderr)
        self.assertEqual(page.read_text(encoding="utf-8"), "old")
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".part")], [])

    def test_experiment_is_shown_without_a_script(self):
        with tempfile.TemporaryDirectory() as folder:
            journal(folder)
            data = json.loads(run("report", folder, "--json").stdout)
            self.assertEqual(data["kind"], "experiment")
            self.assertEqual(len(data["experiments"][0]["blocks"]), 8)
            html = run("report", folder).stdout
            self.assertIn("<h1>Memory pressure causes glitches in this thread", html)
            self.assertEqual(html.count('<svg class="figure"'), 3)
            self.assertEqual(run("report", folder, "--trace").returncode, 2)


@unittest.skipUnless(chromium.find(), "SKIP: Chromium is not installed")
class Browser(Fixture):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = chromium.Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        super().tearDownClass()

    def open(self, path=None, **options):
        page = self.browser.open(pathlib.Path(path or self.page).as_uri(), **options)
        self.addCleanup(page.close)
        return page

    def span(self, page):
        """What the charts show, as the page says: "" for the whole run."""
        return page.evaluate("document.getElementById('shown').textContent")

    def test_opens_without_a_complaint_or_a_request(self):
        page = self.open()
        page.wait_until("document.querySelectorAll('#plots canvas').length >= 1")
        page.key("+")
        self.assertEqual(page.complaints(), [])
        self.assertEqual(page.requests(), [])

    def test_waveform_is_drawn_where_the_take_has_sound(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "wave.html")
            self.assertEqual(run("report", record(folder)[1], "-o", path).returncode, 0)
            page = self.open(path)
            self.assertEqual((page.complaints(), page.requests()), ([], []))
            self.assertEqual(page.evaluate("document.querySelector('.lane b').textContent"), "Waveform")
            heights = page.evaluate("""(() => {  // of what has the waveform's colour, at 0.5 s and at 1.25 s
                const canvas = document.querySelector('.lane canvas'), over = canvas.parentNode.querySelector('.u-over');
                const box = over.getBoundingClientRect(), whole = canvas.getBoundingClientRect();
                const length = JSON.parse(document.getElementById('data').textContent).session.length_ns / 1e9;
                const wanted = getComputedStyle(document.documentElement).getPropertyValue('--wave').trim();
                const parts = [1, 3, 5].map((i) => parseInt(wanted.slice(i, i + 2), 16));
                return [0.5, 1.25].map((at) => {
                    const x = Math.round((box.left - whole.left + box.width * at / length) * devicePixelRatio);
                    const {data} = canvas.getContext('2d').getImageData(x, 0, 1, canvas.height);
                    let count = 0;
                    for (let i = 0; i < data.length; i += 4) count += parts.every((part, k) => Math.abs(data[i + k] - part) < 4);
                    return count;
                });
            })()""")
            self.assertGreater(heights[0], 20, heights)
            self.assertLess(heights[1], 4, heights)

    def test_regions_are_drawn_where_they_were_looked_at(self):
        with tempfile.TemporaryDirectory() as folder:
            trace, path = os.path.join(folder, "own.hft"), os.path.join(folder, "own.html")
            done = run("count", "--device", "virtual", "--no-lock", "--for", "1s", "--trace", trace)
            self.assertIn(done.returncode, (0, 1, 4), done.stderr)
            self.assertEqual(run("report", trace, "-o", path).returncode, 0)
            data = json.loads(run("report", trace, "--json").stdout)
            regions = data["charts"]["residency"]["regions"]
            self.assertEqual(len({(one["kind"], one["name"]) for one in regions}), min(12, len(regions)))
            self.assertTrue(regions)
            for one in regions:
                self.assertEqual(len(one["after_ms"]), len(one["used"]))
                self.assertTrue(all(out <= used for out, used in zip(one["out"], one["used"])), one)
            page = self.open(path)
            self.assertEqual((page.complaints(), page.requests()), ([], []))
            lanes = page.evaluate("[...document.querySelectorAll('.lane b')].map((e) => e.textContent)")
            self.assertEqual(lanes.count("In memory"), 1)
            words = page.evaluate("document.querySelector('.lane-plot[role=img]').getAttribute('aria-label')")
            self.assertIn("share of each region", words)
            rows = page.evaluate("[...document.querySelectorAll('#residency tbody tr')].map((row) => "
                                 "[row.cells[0].textContent, +row.cells[1].textContent, +row.cells[2].textContent])")
            self.assertEqual(rows, [[one["name"], one["worst_used"], one["worst_out"]] for one in regions])
            for name, value in page.evaluate("[...document.querySelectorAll('#residency data')].map((e) => "
                                             "[e.dataset.path, +e.value])"):
                self.assertEqual(value, dig(data, name), name)
            drawn = page.evaluate('''(() => {  // strips that have the colour of any share, in the middle of the run
                const canvas = document.querySelector('.lane-plot[role=img] canvas'), root = getComputedStyle(document.documentElement);
                const tones = ['in-all', 'in-most', 'in-half', 'in-few'].map((name) => root.getPropertyValue(`--${name}`).trim())
                    .map((tone) => [1, 3, 5].map((i) => parseInt(tone.slice(i, i + 2), 16)));
                const {data} = canvas.getContext('2d').getImageData(canvas.width >> 1, 0, 1, canvas.height);
                let count = 0, before = false;
                for (let i = 0; i < data.length; i += 4) {
                    const now = tones.some((tone) => tone.every((part, k) => data[i + k] === part));
                    count += now && !before;
                    before = now;
                }
                return count;
            })()''')
            self.assertEqual(drawn, len(regions))

    def test_trace_without_looks_has_no_strip(self):
        page = self.open()
        self.assertIsNone(self.json["charts"]["residency"])
        self.assertNotIn("In memory", page.evaluate("[...document.querySelectorAll('.lane b')].map((e) => e.textContent)"))
        self.assertFalse(page.evaluate("!!document.getElementById('residency')"))

    def test_policy_forbids_what_a_hostile_page_would_do(self):
        page = self.open()
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), "
                      "{textContent: 'window.hurt = 1'}))")
        self.assertIsNone(page.evaluate("window.hurt"))
        self.assertFalse(page.evaluate("fetch('http://127.0.0.1:9/').then(() => true, () => false)"))

    def test_numbers_on_the_page_are_those_of_the_json(self):
        page = self.open()
        numbers = page.evaluate("[...document.querySelectorAll('data')].map((e) => [e.dataset.path, +e.value])")
        self.assertGreater(len(numbers), 12)
        for path, value in numbers:
            self.assertEqual(value, dig(self.json, path), path)
        rows = page.evaluate("[...document.querySelectorAll('#glitch-table tbody tr')].map((row) => "
                             "[+row.dataset.index, row.cells[2].textContent])")
        self.assertEqual(rows, [[one["index"], str(one["missing_frames"])] for one in self.json["glitches"]])

    def test_click_on_a_glitch_shows_it(self):
        page = self.open()
        self.assertEqual(self.span(page), "")
        page.evaluate("document.querySelector('#glitch-table tbody tr:nth-child(2)').click()")
        self.assertIn("Shown: ", self.span(page))
        begin, end = (float(word) for word in page.evaluate(
            "document.getElementById('shown').textContent.match(/[0-9.]+(?= s)/g)")[:2])
        at = self.json["charts"]["flags"]["at_us"][1] / 1e6
        self.assertTrue(begin <= at <= end, (begin, at, end))
        self.assertIn("Glitch 2 at", page.evaluate("document.getElementById('detail').textContent"))
        page.evaluate("document.getElementById('whole').click()")
        self.assertEqual(self.span(page), "")

    def test_keys_zoom_move_and_step(self):
        page = self.open()
        page.key("+")
        zoomed = self.span(page)
        self.assertIn("Shown: ", zoomed)
        page.key("ArrowRight")
        self.assertNotEqual(self.span(page), zoomed)
        page.key("0")
        self.assertEqual(self.span(page), "")
        page.key("n")
        first = page.evaluate("document.querySelector('#detail h3').textContent")
        page.key("n")
        second = page.evaluate("document.querySelector('#detail h3').textContent")
        self.assertTrue(first.startswith("Glitch 1 ") and second.startswith("Glitch 2 "), (first, second))
        page.evaluate("document.querySelector('#glitch-table button').focus()")
        page.key("Enter")
        self.assertIn("Glitch 1 ", page.evaluate("document.querySelector('#detail h3').textContent"))

    def test_dragging_zooms(self):
        page = self.open()
        page.evaluate("document.getElementById('plots').scrollIntoView()")
        left, top, width = page.evaluate("(({left, top, width}) => [left, top, width])"
                                         "(document.querySelector('.u-over').getBoundingClientRect())")
        page.drag(left + width / 4, left + width / 2, top + 40)
        self.assertIn("Shown: 1.", self.span(page))

    def test_theme_follows_the_system_and_the_button(self):
        theme = "document.documentElement.dataset.theme"
        page = self.open(dark=True)
        self.assertEqual(page.evaluate(theme), "dark")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.evaluate("document.getElementById('theme').click()")
        self.assertEqual(page.evaluate(theme), "light")
        self.assertNotEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), dark)
        page.media(dark=False)
        page.media(dark=True)  # who has chosen keeps the choice
        self.assertEqual(page.evaluate(theme), "light")

    def test_nothing_is_wider_than_a_phone(self):
        page = self.open(width=390, height=800)
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
        page.resize(1240, 900)
        page.wait_until("document.querySelector('.uplot').clientWidth > 800")

    def test_tables_are_there_without_a_script(self):
        page = self.open(script=False)
        text = page.call("DOM.getDocument", depth=-1)  # the script engine is off
        html = page.call("DOM.getOuterHTML", nodeId=text["root"]["nodeId"])["outerHTML"]
        self.assertIn('id="glitch-table"', html)
        self.assertEqual(page.complaints(), [])

    def test_can_be_printed(self):
        path = os.path.join(self.folder, "report.pdf")
        page = self.open(dark=True)
        page.paper(path)
        self.assertTrue(pathlib.Path(path).read_bytes().startswith(b"%PDF"))
        self.assertEqual(page.evaluate("document.documentElement.dataset.theme"), "dark")

    def test_hostile_names_stay_text(self):
        """A file has the name here; names of threads and mappings are in the unit tests."""
        hostile = os.path.join(self.folder, "hostile.hft")
        wave = pathlib.Path(self.folder, "x<img src=x onerror=window.hurt=1>.wav")
        subprocess.run(["sox", "-n", "-r", "48000", "-c", "2", str(wave), "trim", "0", "1"], check=False,
                       capture_output=True)
        if not wave.exists():
            self.skipTest("SKIP: sox is not installed")
        done = run("count", "--device", f"virtual:clock=fake,lose=100@1s,content={wave}", "--frames", "16", "--for",
                   "2s", "--trace", hostile)
        self.assertEqual(done.returncode, 1, done.stderr)
        path = os.path.join(self.folder, "hostile.html")
        self.assertEqual(run("report", hostile, "-o", path).returncode, 0)
        page = self.open(path)
        self.assertEqual(page.complaints(), [])
        self.assertIsNone(page.evaluate("window.hurt"))
        self.assertIn("<img src=x", page.evaluate("document.getElementById('machine').textContent"))

    def test_experiment_opens_without_a_complaint(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "experiment.html")
            run("report", str(journal(folder)), "-o", path)
            page = self.open(path)
            self.assertEqual((page.complaints(), page.requests()), ([], []))
            data = json.loads(run("report", folder, "--json").stdout)
            for name, value in page.evaluate("[...document.querySelectorAll('data')].map((e) => "
                                             "[e.dataset.path, +e.value])"):
                self.assertEqual(value, dig(data, name), name)


if __name__ == "__main__":
    HOLDFAST = os.path.join(sys.argv.pop(1), "holdfast")
    unittest.main(verbosity=2)
