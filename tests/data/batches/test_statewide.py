"""A policy run on Franklin: kept, resumed, and the same wherever it is simulated."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pandas as pd
import psutil
import pytest

import cli
from analysis.errors import InputError
from analysis.statewide import work
from analysis.statewide.rule import Policy
from analysis.statewide.work import run
from data import store
from data.batches import runs
from data.batches.batch import cluster, here, machine
from data.batches.runs import Run
from data.batches.statewide import completed, outcome, planned, run_of
from data.inclusion import Rules, included
from tests.second_state import other_state

RULES = Rules()
needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")


@pytest.fixture(autouse=True)
def own_home(home):
    return home


@pytest.fixture
def small_chunks(monkeypatch):
    """A batch of many pieces, so that there is a midway."""
    monkeypatch.setattr(work, "_CHUNK_ROWS", 60)


def plan(policy=Policy(outside=0.1), dataset="franklin", **choice):  # noqa: B008 a policy is frozen
    manifest = store.find(dataset)
    year = max(manifest.years)
    table, _ = included(store.schools(manifest, [year]), RULES.excluded)
    about = {"dataset": dataset, "basis": None, "rules": RULES, "replicates": 4} | choice
    return planned(table, store.grades(manifest, [year]), policy, **about)


def simulated(plan, crew, progress=lambda _done, _all: None):
    return outcome(plan, completed(plan, run_of(plan), crew, progress))


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.districts, expected.districts, check_exact=True)
    pd.testing.assert_frame_equal(found.state, expected.state, check_exact=True)
    assert (found.senders, found.withdrawn) == (expected.senders, expected.withdrawn)


class Watched:
    """Progress that notes what it is told, and may do something when the batch is midway."""

    def __init__(self, midway=lambda: None):
        self.told, self.midway = [], midway

    def __call__(self, done, of):
        self.told.append((done, of))
        if 0 < done < of and self.midway:
            midway, self.midway = self.midway, None
            midway()


def stop():
    raise KeyboardInterrupt


# What is kept -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_chunks")
def test_a_run_that_was_stopped_goes_on_where_it_stopped(monkeypatch):
    whole = simulated(plan(seed=5), here())
    monkeypatch.setenv("EVENGROUND_HOME", str(store.home() / "other"))
    with pytest.raises(KeyboardInterrupt):
        simulated(plan(seed=5), here(), Watched(stop))
    progress = Watched()
    assert_same(simulated(plan(seed=5), here(), progress), whole)
    done, of = progress.told[0]
    assert 0 < done < of == len(whole.districts)
    assert progress.told[-1] == (of, of)


def test_a_finished_run_is_not_simulated_again(monkeypatch):
    first = simulated(plan(), here())
    monkeypatch.setattr("data.batches.statewide.run", None)
    assert_same(simulated(plan(), here()), first)


@pytest.mark.usefixtures("small_chunks")
def test_a_damaged_or_missing_part_is_done_again():
    first = simulated(plan(), here())
    damaged, missing, *_ = sorted(store.home().glob("runs/*/*.part"))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    missing.unlink()
    progress = Watched()
    assert_same(simulated(plan(), here(), progress), first)
    assert 0 < progress.told[0][0] < len(first.districts)


@pytest.mark.usefixtures("small_chunks")
def test_parts_that_two_processes_did_both_count_once():
    whole = simulated(plan(), here())
    (folder,) = (store.home() / "runs").iterdir()
    before = len(list(folder.glob("*.part")))
    # The other process had its districts in another order, so cut otherwise.
    asked = plan().applied.scenarios
    for chunk in work.chunks(plan().table, asked[::-1], asked, 4, 0):
        Run(folder).keep(run(chunk))
    assert len(list(folder.glob("*.part"))) > before
    assert_same(simulated(plan(), here()), whole)


def test_whatever_changes_makes_another_run(monkeypatch):
    def name(plan):
        return runs.key(plan.table, plan.applied.scenarios, plan.replicates, plan.seed)

    names = [
        name(plan()),
        name(plan(Policy(outside=0.2))),
        name(plan(seed=1)),
        name(plan(replicates=5)),
        name(plan(Policy(choose="highest-ed"), "california-2000")),
        name(plan(Policy(choose="highest-ed"))),
    ]
    changed = plan()
    changed.table.loc[0, "students"] += 1
    names.append(name(changed))
    monkeypatch.setattr("data.batches.runs.program", lambda: "another")
    names.append(name(plan()))
    assert len(set(names)) == len(names)
    monkeypatch.undo()
    assert name(plan()) == names[0]


def test_runs_that_nobody_asked_for_in_long_are_removed():
    simulated(plan(), here())
    (old,) = (store.home() / "runs").iterdir()
    os.utime(old, (0, time.time() - 31 * 86_400))
    simulated(plan(seed=1), here())
    assert not old.exists()
    assert len(list((store.home() / "runs").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EVENGROUND_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match="cannot be written"):
        simulated(plan(), here())


def test_a_policy_that_applies_nowhere_says_why():
    with pytest.raises(InputError, match=r"no district of california-2000: .* have no known places of its elementary"):
        plan(dataset="california-2000")


# Where it is simulated ----------------------------------------------------------------------------------------------


@needs_kill
@pytest.mark.usefixtures("small_chunks")
def test_a_process_killed_midway_changes_no_figure(monkeypatch):
    whole = simulated(plan(), here())
    monkeypatch.setenv("EVENGROUND_HOME", str(store.home() / "other"))

    def kill_one():
        victim = next(p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline()))
        victim.send_signal(signal.SIGKILL)

    progress = Watched(kill_one)
    assert_same(simulated(plan(), machine(2), progress), whole)
    assert progress.midway is None


@pytest.fixture
def dask(monkeypatch):
    """A cluster of two workers on this machine, and a client to look into it."""
    distributed = pytest.importorskip("distributed")
    of = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    monkeypatch.setattr(work, "_CHUNK_ROWS", 60)
    with distributed.LocalCluster(host="127.0.0.1", **of) as workers, distributed.Client(workers) as client:
        yield workers, client


@needs_kill
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_cluster_s_worker_killed_midway_changes_no_figure(dask, monkeypatch):
    workers, client = dask
    whole = simulated(plan(), here())
    monkeypatch.setenv("EVENGROUND_HOME", str(store.home() / "other"))
    victim, _ = client.run(os.getpid).values()
    progress = Watched(lambda: os.kill(victim, signal.SIGKILL))
    with cluster(workers.scheduler_address) as crew:
        assert_same(simulated(plan(), crew, progress), whole)
    assert progress.midway is None
    assert victim not in client.run(os.getpid).values()


@needs_kill
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_run_over_states_on_a_cluster_survives_a_killed_worker(dask, monkeypatch, tmp_path, capsys):
    """The command over two states and two policies; a worker dies while the second state is simulated."""
    workers, client = dask
    policies = [tmp_path / "tenth.json", tmp_path / "largest.json"]
    for path, policy in zip(policies, (Policy(), Policy(choose="largest", outside=0.1)), strict=True):
        path.write_text(policy.to_json())
    job = ["statewide", "franklin", str(other_state(tmp_path)), *map(str, policies), "--replicates", "4"]
    job += ["--by", "state", "--format", "csv"]
    assert cli.main([*job, "--workers", "1"]) == 0
    alone = capsys.readouterr().out
    monkeypatch.setenv("EVENGROUND_HOME", str(store.home() / "other"))
    victim, _ = client.run(os.getpid).values()
    killed = []

    def part(meter, label):  # noqa: ARG001 in place of a method
        def midway(done, of):
            if label.startswith("other, ") and 0 < done < of and not killed:
                killed.append(label)
                os.kill(victim, signal.SIGKILL)

        return midway

    monkeypatch.setattr("jobs.progress.Meter.part", part)
    assert cli.main([*job, "--scheduler", workers.scheduler_address]) == 0
    assert capsys.readouterr().out == alone
    assert killed == ["other, tenth"]
    assert victim not in client.run(os.getpid).values()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_cluster_that_goes_away_or_has_another_program_is_told(dask, monkeypatch):
    workers, _ = dask
    address, parent = workers.scheduler_address, os.getpid()
    with monkeypatch.context() as patched:
        patched.setattr("data.batches.batch.program", lambda: "ours" if os.getpid() == parent else "theirs")
        with pytest.raises(InputError, match=r"tcp://.* has another version of Evenground"), cluster(address):
            pass
    with pytest.raises(InputError, match="went away"), cluster(address) as crew:
        simulated(plan(replicates=50), crew, Watched(workers.close))
    assert list(store.home().glob("runs/*/*.part"))


@needs_kill
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_worker_lost_while_it_is_checked_lacks_nothing(dask, monkeypatch):
    workers, _ = dask
    parent = os.getpid()
    monkeypatch.setattr(
        "data.batches.batch.program", lambda: "" if os.getpid() == parent else os.kill(os.getpid(), signal.SIGKILL)
    )
    address = workers.scheduler_address
    with pytest.raises(InputError, match=f"^The cluster at {address} lost a worker while"), cluster(address):
        pass


@needs_kill
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_cluster_whose_workers_are_all_gone_is_given_up(monkeypatch):
    """One worker that nobody starts anew, killed midway; without an end of its own the run would get another late."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(work, "_CHUNK_ROWS", 60)
    monkeypatch.setattr("data.batches.batch._SECONDS_TO_LOOK", 0.1)
    monkeypatch.setattr("data.batches.batch._SECONDS_WITHOUT_WORKERS", 1.0)
    with distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None) as workers:
        address = workers.scheduler_address
        one = subprocess.Popen([sys.executable, "-m", "dask", "worker", address, "--no-nanny", "--nthreads", "1"])
        with distributed.Client(workers) as client:
            client.wait_for_workers(1, timeout=60)
        late = threading.Timer(30, workers.scale, [1])
        late.start()
        with pytest.raises(InputError, match=r"gone for 1 seconds; what is done is kept"), cluster(address) as crew:
            simulated(plan(replicates=50), crew, Watched(one.kill))
        late.cancel()
        one.wait(timeout=10)
    assert list(store.home().glob("runs/*/*.part"))


@pytest.fixture
def command(home, tmp_path):
    """Starts the command as a person does, and gives its process once something of it is done."""
    policy = tmp_path / "policy.json"
    policy.write_text(Policy().to_json())
    job = [sys.executable, "-m", "cli", "statewide", "franklin", str(policy), "--replicates", "10000"]
    started = []

    def start(*more):
        # What a shell starts in the background ignores Ctrl-C, and so would all that it starts in turn.
        heeded = signal.signal(signal.SIGINT, signal.default_int_handler)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([*job, *more], start_new_session=True, **pipes)
        signal.signal(signal.SIGINT, heeded)
        started.append(process)
        deadline = time.monotonic() + 60
        while not list(home.glob("runs/*/*.part")) and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        return process

    yield start
    for process in started:
        with process, suppress(ProcessLookupError):  # it closes the pipes, whatever a test has read of them
            os.killpg(process.pid, signal.SIGKILL)


def test_ctrl_c_leaves_what_is_done(command, home):
    process = command()
    os.killpg(process.pid, signal.SIGINT)
    printed, told = process.communicate(timeout=20)
    assert (process.returncode, printed) == (130, "")
    assert "Traceback" not in told
    assert list(home.glob("runs/*/*.part"))


@needs_kill
@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_no_worker_outlives_a_command_that_is_ended(command, how):
    process = command("--workers", "2")
    others = psutil.Process(process.pid).children(recursive=True)
    assert len(others) >= 2
    process.send_signal(signal.Signals[how])
    process.wait(timeout=60)
    assert psutil.wait_procs(others, timeout=20)[1] == []
    if how == "SIGTERM":
        told = process.stderr.read()
        assert (process.returncode, told.splitlines()[-1]) == (130, "evenground: stopped.")
        assert "Traceback" not in told
