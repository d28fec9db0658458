using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Specs;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Store;

public sealed class PythonStateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Machine _machine = new();
    private readonly List<string> _warnings = [];

    private SentinelHome Home => new(_folder["home"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Its_processes_groups_ports_and_next_id_become_ours()
    {
        var running = _machine.Add();
        var taken = Read(Document(
            Process(3, running.Pid, "web", """ "restart": true, "group": "front", "env": {"A": "1"}, "env_file": "web.env" """)));

        var state = taken!.State;
        Assert.Equal(7, state.NextId);
        var web = Assert.Single(state.Processes.Values);
        Assert.Equal((3, "web", "front"), (web.Id, web.Spec.Name, web.Spec.Group));
        Assert.Equal((RestartRule.Always, "/srv", 18), (web.Spec.Restart, web.Spec.WorkingDirectory, web.Spec.Umask));
        Assert.Equal(["server", "--port", "80"], web.Spec.Command.Arguments);
        Assert.Equal(["/srv/web.env"], web.Spec.EnvironmentFiles);
        Assert.Equal(("1", "2"), (web.Spec.Variables["A"], state.Groups["front"].Variables["B"]));
        Assert.Equal(new PortLease(8123, "default", Clock.Start, null), state.Ports[8123]);
        Assert.Equal("web", web.LogName);
        Assert.Empty(taken.Warnings);
    }

    [Fact]
    public void What_runs_is_adopted_with_the_environment_that_it_has()
    {
        var running = _machine.Add();
        var state = Read(Document(Process(3, running.Pid, "web")))!.State;

        Assert.Equal(running.Identity, state.Processes[3].State.Main);
        Assert.Equal("its own", state.Environments[state.Processes[3].Spec.Environment]["OF"]);
    }

    [Theory]
    [InlineData(-6, 0)]
    [InlineData(6, 0)]
    [InlineData(0, 1)]
    public void Who_has_its_pid_and_is_another_is_not_touched(int secondsLater, int otherSession)
    {
        var another = _machine.Add(
            start: (long)_machine.NowTicks + (secondsLater * 100), session: otherSession == 0 ? null : otherSession);

        var state = Read(Document(Process(3, another.Pid, "web")))!.State;

        Assert.NotEqual(another.Identity, state.Processes[3].State.Main);
        Assert.Equal("the caller's", state.Environments[state.Processes[3].Spec.Environment]["OF"]);
    }

    [Fact]
    public void With_a_startup_timeout_it_was_noted_that_much_later()
    {
        var running = _machine.Add(start: (long)_machine.NowTicks - 3000);
        var state = Read(Document(Process(3, running.Pid, "web", "\"startup_timeout_seconds\": 30")))!.State;
        Assert.Equal(running.Identity, state.Processes[3].State.Main);
    }

    [Fact]
    public void Names_that_cannot_be_here_are_made_so_and_no_two_share_a_log()
    {
        var state = Read(Document(
            Process(1, 9, "a/b", log: "a_b"), Process(2, 9, "a.b", log: "a_b"), Process(4, 9, "7", log: "7")))!.State;

        Assert.Equal(["ab", "a.b", "process-7"], state.Processes.Values.Select(process => process.Spec.Name));
        Assert.Equal(["a_b", "a_b~2", "7"], state.Processes.Values.Select(process => process.LogName));
        Assert.Equal(3, StateDocument.Read(StateDocument.Write(state)).Processes.Count);
    }

    [Fact]
    public void What_cannot_be_taken_over_is_told()
    {
        var taken = Read(Document(Process(3, 9, "web", "\"user\": \"www\", \"nice\": 5, \"ionice_ioclass\": \"best_effort\", \"ionice_value\": 6, \"startup_timeout_seconds\": 3, \"env\": {\"A B\": \"1\"}")))!;
        Assert.Equal(
            [
                "web: 'A B' cannot be the name of a variable: it contains a space, a control character or =; it is left out",
                "web: startup_timeout_seconds cannot be taken over",
            ],
            taken.Warnings);
        var treatment = taken.State.Processes[3].Spec.Treatment;
        Assert.Equal(("www", 5, new IoPriority(2, 6)), (treatment.User, treatment.Nice, treatment.IoPriority));
    }

    [Fact]
    public void A_daemon_of_it_that_still_runs_is_told_of()
    {
        var daemon = _machine.Add();
        Directory.CreateDirectory(Home.Folder);
        File.WriteAllText(Path.Combine(Home.Folder, "daemon.pid"), $"{daemon.Pid}");
        Assert.Equal([$"its daemon (pid {daemon.Pid}) still runs and would restart processes, too; stop it"], Read(Document())!.Warnings);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"version": 1, "next_id": 1}""")]
    public void What_is_not_its_state_is_not_taken_for_it(string json) => Assert.Null(Read(json));

    [Theory]
    [InlineData("""{"next_id": "x"}""")]
    [InlineData("""{"next_id": 1, "processes": []}""")]
    [InlineData("""{"next_id": 1, "processes": {"1": {"id": 1}}}""")]
    [InlineData("""{"next_id": 1, "ports": {"1": {"port": 8000, "name": "x", "allocated_at": "yesterday"}}}""")]
    public void A_state_of_it_that_is_damaged_is_damage(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    [Fact]
    public void Looking_at_it_writes_nothing()
    {
        Write(Document(Process(3, 9, "web")));

        Assert.Equal("web", Store().Read().Processes[3].Spec.Name);

        Assert.Equal([Home.State], Directory.GetFiles(Home.Folder));
        Assert.Contains("is taken over by the next command", Assert.Single(_warnings));
    }

    [Fact]
    public void The_first_change_makes_it_ours_and_keeps_what_it_was()
    {
        var document = Document(Process(3, 9, "web"));
        Write(document);

        Store().Begin().Dispose();

        Assert.Equal("web", StateDocument.Read(File.ReadAllBytes(Home.State)).Processes[3].Spec.Name);
        Assert.Equal(document, File.ReadAllText($"{Home.State}.python-20260102T030405Z"));
        Assert.Contains("1 processes, 1 groups and 1 ports) is now in use", Assert.Single(_warnings));
        _warnings.Clear();
        Assert.Single(Store().Read().Processes);
        Assert.Empty(_warnings);
    }

    private TakenOver? Read(string json) => Python().Read(System.Text.Encoding.UTF8.GetBytes(json));

    private PythonState Python() => new(
        Home,
        new HomeFiles(),
        _machine,
        pid => new EnvironmentBlock("OF=its own\0"u8.ToArray()),
        () => (new EnvironmentBlock("OF=the caller's\0"u8.ToArray()), 18),
        _machine.Clock);

    private StateStore Store() => new(Home, new StateFiles(), _machine.Clock, _warnings.Add, Python());

    private void Write(string document)
    {
        new StateFiles().MakePrivateFolder(Home.Folder);
        File.WriteAllText(Home.State, document);
    }

    private string Process(int id, int pid, string name, string more = "\"user\": null", string? log = null) =>
        $$$"""
        "{{{id}}}": {"id": {{{id}}}, "pid": {{{pid}}}, "name": "{{{name}}}", "cmd": "server --port 80", "cwd": "/srv", "restart": false,
          "started_at": "2026-01-02T03:04:05.000000", "stdout_log": "{{{Home.Logs}}}/{{{log ?? name}}}.stdout.log",
          "stderr_log": "{{{Home.Logs}}}/{{{log ?? name}}}.stderr.log", "env_file": null, "health_check": null, {{{more}}}}
        """;

    // What is said twice counts as it is said last, as in Python.
    private static string Document(params string[] processes) => JsonNode.Parse(
        """
        {"next_id": 7, "processes": {},
         "ports": {"8123": {"port": 8123, "name": "default", "allocated_at": "2026-01-02T03:04:05"}},
         "groups": {"front": {"name": "front", "created_at": "2026-01-02T03:04:05", "env": {"B": "2"}, "env_file": null}}}
        """)!.ToJsonString().Replace("\"processes\":{}", $"\"processes\":{{{string.Join(',', processes)}}}");
}
