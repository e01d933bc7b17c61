"""What the scripts that measure with `litezoo` share."""
import contextlib, json, math, os, shutil, signal, statistics, subprocess, sys


def quantile(samples, q):
    ordered = sorted(samples)
    return ordered[max(math.ceil(q * len(ordered) - 1e-9), 1) - 1]


def spread(values):
    return (max(values) - min(values)) / statistics.median(values)


def undisturbed(measurement):
    samples = measurement["samples_ns"]
    kept = []
    for block in measurement["blocks"]:
        if not block["voided"]:
            kept += samples[block["first"] : block["first"] + block["count"]]
    return kept


def realtime_prefix():
    """Words that put a program before all others on the first CPU; needs the right to do so."""
    prefix = ["chrt", "-f", "1", "taskset", "-c", str(min(os.sched_getaffinity(0)))]
    works = subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    return prefix if works else None


def run(command, allowed=(0,), **more):
    result = subprocess.run(command, capture_output=True, text=True, **more)
    if result.returncode not in allowed:
        sys.exit(f"{' '.join(map(str, command))}: exit code {result.returncode}: {result.stderr.strip()}")
    return result


def make_home(directory, known=None):
    """A new LITEZOO_HOME, with a copy of the catalog of `known`: it may know how fast this device can be."""
    home = os.path.join(directory, "home")
    os.makedirs(home)
    if known:
        shutil.copy(os.path.join(known, "catalog.db"), home)
    os.environ["LITEZOO_HOME"] = home
    return home


HOME_HELP = "a LITEZOO_HOME whose catalog, of a quieter hour, knows how fast this device can be; it is copied"


def profile(litezoo, model, *options, prefix=()):
    """The one row of `litezoo profile MODEL --json`."""
    command = [*prefix, litezoo, "profile", model, "--json", "-q", *options]
    return json.loads(run(command, (0, 1, 3)).stdout)["profiles"][0]


@contextlib.contextmanager
def busy(cpu, program="while True: pass", prefix=()):
    """A program that keeps one CPU busy."""
    hog = subprocess.Popen([*prefix, sys.executable, "-c", program])
    os.sched_setaffinity(hog.pid, {cpu})
    try:
        yield
    finally:
        hog.send_signal(signal.SIGTERM)
        hog.wait()
