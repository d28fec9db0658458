using System.Diagnostics;
using System.Text;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Hosts;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Screen;
using Effect = Sentinel.Screen.Effect;

namespace Sentinel.Top;

/// <summary>
/// The processes of several other machines. Each is asked once a second, over one connection: one that is slow or gone holds up no other, and
/// what it ran last is unknown until it answers again.
/// </summary>
internal sealed class OtherMachines : IPlace
{
    private const string Events = "500";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Retry = TimeSpan.FromSeconds(3);

    // To ask takes at most this share of the time, also where there are thousands.
    private const int Share = 4;

    private readonly EventLoop _loop;
    private readonly PlaceReaders _readers;
    private readonly (string Name, string File)? _project;
    private readonly IReadOnlyList<string> _list;
    private readonly Machine[] _machines;
    private bool _hasEnded, _areSeen;

    /// <param name="names">Which processes, groups or projects are shown; empty: all.</param>
    /// <param name="project">The name and the file of the project here; null: there is none.</param>
    public OtherMachines(EventLoop loop, IReadOnlyList<HostName> hosts, IReadOnlyList<string> names, (string Name, string File)? project, string? folder, PlaceReaders readers)
    {
        (_loop, _readers, _project, Hosts) = (loop, readers, project, hosts);
        _list = [.. names.Count > 0 ? names.Prepend("status") : ["list"], "--json"];
        _machines = [.. hosts.Select(host => new Machine(host))];
        Name = string.Join(' ', hosts.Select(host => host.Label).Concat(names));
        Logs = new HostLogs(loop, (host, words) => Ask(_machines.Single(machine => machine.Host.Label == host), words), readers.ShowLogs, readers.Tell);
        // What is about no process is for all machines.
        Deeds = new Deeds(loop, new ProcessTable(), folder, environment => environment.With(HostNames.Variable, string.Join(',', hosts.Select(host => host.Destination))));
    }

    public string Name { get; }

    public IReadOnlyList<HostName> Hosts { get; }

    public ILogWindow Logs { get; }

    public Deeds Deeds { get; }

    public void Begin()
    {
        foreach (var machine in _machines)
            _ = Watch(machine);
    }

    public void Refresh()
    {
        foreach (var machine in _machines)
            machine.Now.Release();
    }

    public void Load(Pane pane, int columns, Action<IReadOnlyList<string>> told) => _ = Find(pane, told);

    // What needs it is known there, and told by the command.
    public Prompt.Question? QuestionBefore(Effect.Stop stop) => stop.AnyQuestion;

    public (string Folder, IReadOnlyList<string> Words)? ProjectOf(string? name) => _project is var (own, file) && (name is null || name == own)
        ? (Path.GetDirectoryName(file)!, ["--file", file]) : null;

    public void Dispose()
    {
        _hasEnded = true;
        Logs.Close();
        foreach (var machine in _machines)
            machine.Link.Dispose();
    }

    private async Task Watch(Machine machine)
    {
        while (!_hasEnded)
        {
            var asked = Stopwatch.GetTimestamp();
            var answer = await machine.Link.AskSoon(new RelayCall(null, _list));
            _loop.Post(() => Take(machine, answer));
            var pause = answer.Why is not null ? Retry : TimeSpan.FromTicks(Math.Max(Second.Ticks, (Share - 1) * Stopwatch.GetElapsedTime(asked).Ticks));
            // However often it was to be soon.
            if (await machine.Now.WaitAsync(pause))
                while (machine.Now.CurrentCount > 0)
                    await machine.Now.WaitAsync();
        }
    }

    private void Take(Machine machine, HostAnswer answer)
    {
        var (before, why) = (machine.Processes, answer.Why);
        try
        {
            if (why is null)
            {
                var table = new HostTable();
                // Without any of those names it prints nothing.
                if (answer.Output.Length > 0)
                    table.Add(machine.Host, answer.Output);
                machine.Processes = table.Processes;
            }
        }
        catch (HostException e)
        {
            why = e.Message;
        }

        machine.Why = why;
        if (why is not null)
            machine.Processes = [.. machine.Processes.Select(Unknown)];
        _readers.From(new Source(null, Note()));
        // Until each has said something, the first rows would jump.
        machine.HasSaid = true;
        if (_machines.All(one => one.HasSaid))
            Show([.. _machines.SelectMany(one => one.Processes)]);
        if (!before.Select(Happening).SequenceEqual(machine.Processes.Select(Happening)))
            _readers.Happened();

        static (int, string, int?, int) Happening(ProcessSummary process) => (process.Id, process.State, process.Pid, process.Restarts);
    }

    private void Show(IReadOnlyList<ProcessSummary> all)
    {
        if (_areSeen)
            _readers.Sampled(all, false);
        else
            _readers.Seen(all);
        _areSeen = all.Count > 0;
    }

    private string? Note() => _machines.Where(machine => machine.Why is not null).ToList() switch
    {
        [] => null,
        [var only] => Text.Printable($"{only.Host.Label}: {only.Why}"),
        var several => $"{string.Join(", ", several.Select(machine => machine.Host.Label))} do not answer",
    };

    private static ProcessSummary Unknown(ProcessSummary process) => process with
    {
        State = StateWords.Unknown,
        Pid = null,
        Health = null,
        CpuPercent = null,
        MemoryBytes = null,
        UptimeSeconds = null,
        RestartDue = null,
        WaitsFor = [],
        LeftOver = [],
    };

    private static Task<HostAnswer> Ask(Machine machine, IReadOnlyList<string> words) => machine.Link.Ask(new RelayCall(null, words));

    private async Task Find(Pane pane, Action<IReadOnlyList<string>> told)
    {
        var asked = _machines
            .Select(machine => (Machine: machine, Words: WordsFor(pane, [.. pane.Subjects.Where(subject => subject.Host == machine.Host.Label).Select(subject => subject.Name)])))
            .Where(asked => asked.Words is not null).ToList();
        var answers = await Task.WhenAll(asked.Select(asked => Ask(asked.Machine, asked.Words!)));
        var lines = answers.SelectMany((answer, i) => (IEnumerable<string>)
        [
            .. answers.Length > 1 ? [$"{(i > 0 ? "\n" : "")}\e[1m{answer.Host.Label}\e[22m"] : Array.Empty<string>(),
            .. LinesOf(pane.Kind, answer),
        ]);
        IReadOnlyList<string> all = pane.Kind == PaneKind.Tree ? ["What a process consists of is shown on its own machine: 'sentinel top --host' with that one alone"]
            : answers.Length == 0 ? ["Nothing is chosen"] : [.. lines.SelectMany(line => line.Split('\n'))];
        _loop.Post(() => told(all));
    }

    // Null: the machine has nothing to say of it.
    private static IReadOnlyList<string>? WordsFor(Pane pane, IReadOnlyList<string> names) => pane.Kind switch
    {
        PaneKind.Ports => ["port", "list"],
        PaneKind.Graph => ["graph"],
        PaneKind.Events => ["events", "--lines", Events],
        PaneKind.Why when names.Count > 0 => ["why", .. names],
        PaneKind.Env when names.Count > 0 => ["env", .. names.Take(1), .. pane.ShowsSecrets ? ["--reveal"] : Array.Empty<string>()],
        _ => null,
    };

    private static IEnumerable<string> LinesOf(PaneKind kind, HostAnswer answer)
    {
        var lines = Encoding.UTF8.GetString([.. answer.Output, .. answer.Error]).TrimEnd().Split('\n').Select(Text.Printable);
        // The newest first: they are what one looks for.
        return answer.Why is { } why ? [Text.Printable(why)] : kind == PaneKind.Events ? lines.Reverse() : lines;
    }

    private sealed class Machine(HostName host)
    {
        public HostName Host => host;

        public HostLink Link { get; } = new(host);

        /// <summary>Asks for a look before its time.</summary>
        public SemaphoreSlim Now { get; } = new(0);

        public IReadOnlyList<ProcessSummary> Processes { get; set; } = [];

        /// <summary>Why it does not answer; null: it does.</summary>
        public string? Why { get; set; }

        public bool HasSaid { get; set; }
    }
}
