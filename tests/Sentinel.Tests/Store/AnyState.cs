using System.Collections.Immutable;
using CsCheck;
using Sentinel.Core.Home;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Specs;

namespace Sentinel.Tests.Store;

/// <summary>Every state that there can be, and what makes two of them the same.</summary>
internal static class AnyState
{
    public static readonly Gen<string> Text = AnyText.WithoutNul;

    public static readonly Gen<DateTimeOffset> Time =
        Gen.Select(Gen.Long[0, new DateTime(2998, 1, 1).Ticks], Gen.Int[-14 * 60, 14 * 60]).Select((ticks, minutes) =>
            new DateTimeOffset(new DateTime(ticks).AddDays(1), TimeSpan.FromMinutes(minutes)));

    private static readonly Gen<string> Path = Text.Where(text => text.Length > 0);

    private static readonly Gen<string> Name = Text.Select(text => ProcessName.Unique(text, _ => false));

    private static readonly Gen<ProcessIdentity> Identity = Gen.Select(Gen.Int[1, int.MaxValue], Gen.Long[0, long.MaxValue], Text)
        .Select((pid, ticks, boot) => new ProcessIdentity(pid, ticks, boot));

    private static readonly Gen<LogEnds?> LogStarts = Gen.Select(Gen.Long[0, long.MaxValue].Nullable(), Gen.Long[0, long.MaxValue].Nullable())
        .Select((stdout, stderr) => new LogEnds(stdout, stderr)).Nullable();

    private static readonly Gen<Health?> Health = Gen.Select(Gen.Bool, Time, Text.Null())
        .Select((isHealthy, since, why) => new Health(isHealthy, since, why)).Null();

    private static readonly Gen<Exit> How = Gen.OneOf<Exit>(
        Gen.Int[0, 255].Select(code => new Exit.Code(code)),
        Gen.Select(Gen.Int[1, 64], Gen.Bool, Gen.Bool).Select((number, core, memory) => new Exit.Signal(number, core, memory)),
        Text.Select(why => new Exit.Unknown(why)),
        Text.Select(why => new Exit.NotStarted(why)));

    private static readonly Gen<Handover?> Handover = Gen.Select(Time, How, Gen.Bool, Gen.Long[0, long.MaxValue].Nullable())
        .Select((since, how, witnessed, peak) => new Handover(since, how, witnessed, peak)).Null();

    public static readonly Gen<RunState.Running> Running = Gen.Select(
            Gen.Select(Time, Identity, Gen.Bool), Gen.Select(LogStarts, Health, Handover), Gen.Select(Text.Null(), Text.Null(), Gen.Int[1, 64].Nullable()))
        .Select((run, told, words) => new RunState.Running(run.Item1, run.Item2)
        {
            IsReady = run.Item3,
            LogStarts = told.Item1,
            Health = told.Item2,
            Handover = told.Item3,
            Says = words.Item1,
            Impediment = words.Item2,
            ReadySince = words.Item2 is null ? null : DateTimeOffset.UnixEpoch,
            FilesKey = words.Item1,
            Met = words.Item2 is null ? MetConditions.None : new MetConditions(["port", "log:ready"]),
            Signalled = words.Item3,
        });

    private static readonly Gen<RunState> Run = Gen.OneOf<RunState>(
        Gen.Select(Time, Gen.Bool).Select((since, automatic) => new RunState.Starting(since, automatic)),
        Running,
        Gen.Select(Time, Running, Text.Null()).Select((since, run, why) => new RunState.Stopping(since, run, why)),
        Gen.Select(Time, Running.Null()).Select((since, run) => new RunState.Stopping(since, run) { ThenStart = true }),
        Time.Select(since => new RunState.Stopping(since, null)),
        Time.Select(since => new RunState.Stopped(since)),
        Gen.Select(Time, Text.Null()).Select((since, left) => new RunState.Exited(since) { Left = left }),
        Time.Select(since => new RunState.Crashed(since)),
        Gen.Select(Time, Text).Select((since, why) => new RunState.Failed(since, why)),
        Gen.Select(Time, Gen.Bool).Select((since, automatic) => new RunState.Waiting(since, automatic)),
        Time.Select(since => new RunState.Scheduled(since)),
        Gen.Select(Time, Time).Select((since, due) => new RunState.Backoff(since, due)));

    public static readonly Gen<EndedRun?> Ended =
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Bool, Time, Time, Gen.Bool, How, Gen.Select(Gen.Long[0, long.MaxValue].Nullable(), Text.Null(), LogStarts))
            .Select((pid, spawned, started, ended, witnessed, how, rest) =>
                new EndedRun(spawned ? pid : null, started, ended, witnessed, how, rest.Item1, rest.Item2) { LogStarts = rest.Item3 })
            .Null();

    private static readonly Gen<TimeSpan> Seconds = Gen.Int[0, 86_399].Select(seconds => TimeSpan.FromSeconds(seconds));

    private static readonly Gen<ExitCodes> Codes = Gen.Select(Gen.Int[0, 255].Array[1, 3], Gen.Int[0, 255].Array[1, 3], Gen.Bool)
        .Select((success, final, isDefault) => isDefault ? ExitCodes.Default : new ExitCodes([.. success.Distinct().Order()], [.. final.Distinct().Order()]));

    private static readonly Gen<Command?> StopCommand = Gen.Int.Select(number => Command.From([$"docker stop {number}"])).Null();

    private static readonly Gen<(RestartLimit? Limit, StopRule Stop, long? MaxMemory, string? PidFile, (ExitCodes Codes, TimeSpan? Delay) After)> Rules = Gen.Select(
        Gen.Select(Gen.Int[0, 100], Seconds).Select((restarts, window) => new RestartLimit(restarts, window)).Null(),
        Gen.Select(Gen.Int[1, 64], Seconds, StopCommand).Select((signal, timeout, command) => new StopRule(signal, timeout) { Command = command }),
        Gen.Long[1, long.MaxValue].Nullable(),
        Path.Null(),
        Gen.Select(Codes, Gen.Int[1, 99].Select(seconds => TimeSpan.FromSeconds(seconds)).Nullable()));

    public static readonly Gen<EnvironmentBlock> Environment = Gen.Byte.Array[0, 40].Select(bytes => new EnvironmentBlock(bytes));

    private static readonly Gen<PortRequest[]> Ports = Gen.Select(Name, Gen.Int[0, 9], Gen.Int[1, 65535].Nullable(), Gen.Bool)
        .Select((name, number, port, orNext) => new PortRequest(name, $"PORT_{number}", port, port is not null && orNext)).Array[0, 2]
        .Select(ports => ports.Where(port => !port.Name.TrimEnd('+').All(char.IsDigit) && !port.Name.Contains('=') && !port.Name.Contains(':')).DistinctBy(port => port.Name).DistinctBy(port => port.Variable).ToArray());

    public static readonly Gen<Group> Group = Gen.Select(Text, Time, Text.Array[0, 2], Environment).Select((name, created, files, variables) =>
        new Group(name, created) { EnvironmentFiles = files, Variables = variables, Project = files.Length == 1 ? new ProjectMark(files[0], name) : null });

    public static readonly Gen<Hook> Hook = Gen.Select(Text, Text.Array[1, 2], Path, Gen.Int[0, 99], Text.Array[0, 2]).Select((name, on, folder, number, processes) => new Hook(name, on, folder)
    {
        Processes = processes,
        Command = number % 2 == 0 ? new Command(on, name, Shell: number % 4 == 0) : null,
        Webhook = number % 2 == 0 ? null : $"http://localhost:{number}/",
        Headers = number % 3 == 0 ? [("X-Key", new Secret("H0", number % 6 == 0, folder))] : [],
        Timeout = TimeSpan.FromSeconds(number),
        After = number,
    });

    public static readonly Gen<PortLease> Lease = Gen.Select(Gen.Int[1, 65535], Text, Time, Gen.Int[1, 99].Nullable())
        .Select((port, name, allocated, owner) => new PortLease(port, name, allocated, owner));

    private static readonly Gen<Treatment> AnyTreatment = Gen.Select(
        Text.Null(),
        Gen.Int[-20, 19].Nullable(),
        Gen.Select(Gen.Int[1, 2], Gen.Int[0, 7]).Select((kind, level) => new IoPriority(kind, level)).Null(),
        Gen.Int[0, 99].Array[1, 4].Null(),
        Gen.Int[-1000, 1000].Nullable(),
        Gen.Select(Gen.Int[0, 15], Gen.ULong).Select((name, hard) => new ResourceLimit(ResourceLimit.Names[name], hard / 2, hard)).Array[0, 2]
            .Select(limits => limits.DistinctBy(limit => limit.Name).ToArray()),
        Gen.Select(Gen.Long[TreeLimits.LeastMemoryBytes, long.MaxValue].Nullable(), Gen.Int[1, 999].Nullable(), Gen.Int[1, 999].Nullable()).Select((memory, cpu, pids) => new TreeLimits(memory, cpu, pids)))
        .Select((user, nice, priority, cpus, score, limits, tree) => new Treatment
        {
            User = user,
            Nice = nice,
            IoPriority = priority,
            Cpus = cpus?.Distinct().Order().ToArray(),
            OomScoreAdjust = score,
            Limits = limits,
            Tree = tree,
        });

    private static readonly Gen<Lease?> AnyLease = Gen.Select(
        Gen.Select(Seconds, Time).Select((length, expires) => new Term(length, expires)).Null(),
        Gen.Select(Identity, Text).Select((identity, program) => new Owner(identity, program)).Null(),
        Text.Null())
        .Select((term, owner, session) => new Lease { Term = term, Owner = owner, Session = session })
        .Null();

    public static readonly Gen<Origin?> Origin = Gen.Select(
        Gen.Select(Gen.Int[2, int.MaxValue], Text).Select((pid, program) => new Ancestor(pid, program)).Array[0, 3], Text, Time)
        .Select((ancestry, folder, at) => new Origin(ancestry, folder, at))
        .Null();

    private static readonly Gen<Probe> Network = Gen.OneOf(
        Gen.Int[1, 65535].Select(port => Probe.Http($"http://localhost:{port}/é?a=$NAME")),
        Gen.Int[1, 65535].Select(port => Probe.Tcp($"localhost:{port}")),
        Gen.Const(Probe.Notify));

    private static readonly Gen<Probe> OfHealth = Gen.OneOf(Network, Gen.Int.Select(number => Probe.Exec($"check 'a b' {number}")));

    private static readonly Gen<Probe> OfReadiness = Gen.OneOf(OfHealth, Gen.Int.Select(number => Probe.Log($"^ready {number}$")));

    private static readonly Gen<Instance?> AnyInstance = Gen.Select(Text, Gen.Int[1, 9]).Select((set, number) => new Instance(set, number)).Null();

    private static readonly Gen<(Readiness? Readiness, HealthCheck? Health)> Checks = Gen.Select(
        Gen.Select(OfReadiness.Null(), Seconds).Select((probe, timeout) => new Readiness(probe, probe is null ? timeout + Least : timeout)).Null(),
        Gen.Select(OfHealth, Seconds, Seconds, Gen.Int[1, 9], Seconds)
            .Select((probe, interval, timeout, failures, period) => new HealthCheck(probe, interval + Least, timeout + Least, failures, period)).Null());

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.125);

    private static readonly Condition[] Conditions = [.. new[] { "started", "ready", "healthy", "done", "ended", "port", "file:run/x.sock", "log:^ready" }.Select(Condition.Parse)];

    private static readonly WatchRule[] Watches =
    [
        new(), new() { Paths = ["src", "lib/**/*.{cs,resx}"], Ignore = ["*.log", "!keep.log"], UsesGitignore = false },
        new() { Then = new WatchAction.Signal(1) }, new() { Then = new WatchAction.Run("make 'a b'") }, new() { Then = new WatchAction.Rolling() },
    ];

    private static readonly Gen<FileChange?> Change = Gen.Select(Text, Gen.Int[0, 9], Time, Gen.Int[1, 99].Nullable())
        .Select((path, more, at, run) => new FileChange(path, more, at, run is null ? "signal:SIGHUP" : "restart", run)).Null();

    private static readonly Gen<WatchTrouble?> Trouble =
        Gen.OneOf(Text.Select(path => (WatchTrouble)new WatchTrouble.Loop(path)), Text.Select(why => (WatchTrouble)new WatchTrouble.Polled(why))).Null();

    public static readonly Gen<ProcessSpec> Spec =
        Gen.Select(
            Gen.Select(Text.Array[1, 4], Text, Gen.Bool).Select((arguments, line, shell) => new Command(arguments, line, shell)),
            Path,
            Path.Array[0, 2],
            Gen.Int[0, 511],
            Gen.Enum<RestartRule>(),
            Name.Null(),
            Gen.Select(Rules, Environment, Ports, Gen.Select(Gen.OneOf(Gen.Const(0L), Gen.Long[LogLimits.LeastBytes, long.MaxValue]), Gen.Int[0, 9], Gen.Bool, Gen.Bool), AnyTreatment, Checks, Gen.Select(AnyLease, AnyInstance)))
        .Select((command, folder, files, umask, restart, group, rest) => new ProcessSpec
        {
            Name = "",
            Command = command,
            WorkingDirectory = folder,
            Environment = "",
            EnvironmentFiles = files,
            Umask = umask,
            Inherited = umask % 2 == 0 ? folder : null,
            Restart = restart,
            RestartLimit = rest.Item1.Limit,
            Stop = rest.Item1.Stop,
            MaxMemoryBytes = rest.Item1.MaxMemory,
            Watch = umask % 3 == 0 ? Watches[umask % Watches.Length] : null,
            PidFile = rest.Item1.PidFile,
            ExitCodes = rest.Item1.After.Codes,
            RestartDelay = rest.Item1.After.Delay,
            Variables = rest.Item2,
            Ports = rest.Item3,
            Treatment = rest.Item5,
            Readiness = rest.Item6.Readiness,
            Health = rest.Item6.Health,
            LogLimits = new LogLimits(rest.Item4.Item1, rest.Item4.Item2, rest.Item4.Item3),
            LogPipe = rest.Item4.Item4,
            IsCalledTask = umask % 5 == 0,
            Schedule = (umask % 11) switch
            {
                0 => new Schedule { Cron = "30 2 * * *", Zone = umask % 2 == 0 ? "UTC" : null, Overlap = Overlap.Queue, RunsMissed = umask % 3 == 0, Jitter = TimeSpan.FromSeconds(umask) },
                1 => new Schedule { Every = TimeSpan.FromSeconds(umask + 1), IsAligned = umask % 2 == 0 },
                _ => null,
            },
            Needs = umask % 4 == 0 ? [new Need("db") { IsOptional = umask % 8 == 0, Restarts = umask % 16 == 0 }, new Need("shop/api", Conditions[umask % Conditions.Length])] : [],
            Secrets = umask % 7 == 0 ? [new Secret("KEY", IsCommand: false, folder), new Secret("TOKEN", IsCommand: true, "pass shop")] : [],
            Before = umask % 9 == 0 ? "make" : null,
            Url = umask % 10 == 0 ? "http://localhost:$PORT/" : null,
            After = umask % 6 == 0 ? ["proxy"] : [],
            Input = (StandardInput)(umask % 3),
            Sockets = umask % 13 == 0 ? [ListenSocket.Parse("http=127.0.0.1:8080"), ListenSocket.Parse("unix:run/api.sock")] : [],
            OnDemand = umask % 26 == 0 && umask % 11 > 1,
            IdleTimeout = umask % 52 == 0 && umask % 11 > 1 ? TimeSpan.FromSeconds(umask + 1) : null,
            Lease = rest.Item7.Item1,
            Instance = rest.Item7.Item2,
            Group = group,
        });

    private static Gen<Counts<T>> Counts<T>(IReadOnlyList<T> all)
        where T : unmanaged =>
        Gen.Long[0, Event.HighestNumber].Array[all.Count].Select(counts => all.Zip(counts).Aggregate(Model.Policy.Counts<T>.None, (sum, each) => sum.With(each.First, each.Second)));

    private static readonly Gen<StartTimes> Starts = Gen.Select(Counts<int>([.. Enumerable.Range(0, StartTimes.Bounds.Count + 1)]), Gen.Long[0, Event.HighestNumber])
        .Select((counts, milliseconds) => new StartTimes(counts, milliseconds));

    public static readonly Gen<Tally> Tally =
        Gen.Select(Counts(RestartReasons.All), Counts(EndKinds.All), Counts(CheckResults.All), Starts, Time.Nullable(), Gen.Bool).Select((restarts, ends, checks, starts, success, isNone) =>
            isNone ? Model.Policy.Tally.None : new Tally { Restarts = restarts, Ends = ends, Checks = checks, Starts = starts, LastSuccess = success });

    public static readonly Gen<ProcessRecord> Record =
        Gen.Select(Spec, Run, Ended, Gen.Int, Gen.Int, Time.Array[0, 3], Gen.Select(Origin, Text.Null(), LogStarts, Tally, Gen.Enum<RestartReason>(), Change, Trouble)).Select((spec, run, ended, restarts, shortRuns, recent, owned) => new ProcessRecord
        {
            Id = 0,
            Spec = spec,
            Cookie = "",
            RunNumber = spec.Umask,
            LogName = "",
            State = run,
            Restarts = restarts,
            ShortRuns = shortRuns,
            RecentRestarts = recent,
            LastRun = ended,
            Origin = owned.Item1,
            LeaseOver = owned.Item2,
            LogsFrom = owned.Item3,
            Tally = owned.Item4,
            Again = owned.Item5,
            Schedule = spec.Schedule is null ? null : new ScheduleMark(run.Since, spec.Umask % 2 == 0, spec.Umask),
            Changed = owned.Item6,
            WatchTrouble = owned.Item7,
            Predecessor = run is RunState.Running before && spec.Umask % 2 == 1 ? new Predecessor(spec.Umask, before, owned.Item5) : null,
        });

    /// <summary>The ids have gaps, as they have where processes were deleted, and some share an environment.</summary>
    public static readonly Gen<State> Any =
        Gen.Select(Gen.Select(Record, Text, Gen.Int[1, 9]).Array[0, 5], Environment.Array[1, 3], Gen.Int[0, 9], Group.Array[0, 3], Lease.Array[0, 3])
        .Select((drafts, environments, gap, groups, leases) =>
        {
            var state = environments.Aggregate(State.Empty, (state, environment) => state.With(environment));
            foreach (var group in groups)
                state = state.With(group with { Name = ProcessName.Unique(group.Name, state.Groups.ContainsKey) });
            var id = 0;
            foreach (var (draft, name, step) in drafts)
            {
                id += step;
                var unique = ProcessName.Unique(name, taken => state.Find(taken) is not null);
                state = state.With(draft with
                {
                    Id = id,
                    Spec = draft.Spec with
                    {
                        Name = unique,
                        Environment = environments[id % environments.Length].Key,
                        Group = draft.Spec.Group is null ? null : state.Groups.Keys.FirstOrDefault(),
                    },
                    Cookie = $"cookie-{id}",
                    LogName = SentinelHome.LogName(unique, id),
                });
            }

            foreach (var environment in environments.Take(gap % 2))
                state = state.With(new Hook($"hook-{gap}", ["crashed"], "/") { Command = new Command(["true"], "true", Shell: false), After = gap, Headers = [("A", new Secret("B", IsCommand: true, environment.Key))] });
            foreach (var lease in leases)
                state = state.With(lease with { ProcessId = state.Processes.ContainsKey(lease.ProcessId ?? 0) ? lease.ProcessId : null });
            return state with { NextId = id + 1 + gap };
        });

    public static void Same(State expected, State actual)
    {
        Assert.Equal(expected.NextId, actual.NextId);
        Assert.Equal(expected.Processes.Keys, actual.Processes.Keys);
        foreach (var (one, other) in expected.Processes.Values.Zip(actual.Processes.Values))
            Same(one, other);
        Assert.Equal(expected.Groups.Keys, actual.Groups.Keys);
        foreach (var (one, other) in expected.Groups.Values.Zip(actual.Groups.Values))
            Same(one, other);
        Assert.Equal(expected.Hooks.Keys, actual.Hooks.Keys);
        foreach (var (one, other) in expected.Hooks.Values.Zip(actual.Hooks.Values))
            Same(one, other);
        Assert.Equal(expected.Ports, actual.Ports);
        Assert.Equal(Content(expected.Environments), Content(actual.Environments));
    }

    public static void Same(ProcessRecord expected, ProcessRecord actual)
    {
        Same(expected.Spec, actual.Spec);
        Assert.Equal(expected.RecentRestarts, actual.RecentRestarts);
        Same(expected.Origin, actual.Origin);
        Assert.Equal(expected with { RecentRestarts = [], Spec = actual.Spec, Origin = null }, actual with { RecentRestarts = [], Origin = null });
    }

    public static void Same(Origin? expected, Origin? actual)
    {
        Assert.Equal(expected?.Ancestry, actual?.Ancestry);
        Assert.Equal((expected?.Folder, expected?.At), (actual?.Folder, actual?.At));
    }

    public static void Same(Hook expected, Hook actual)
    {
        Assert.Equal(expected.On, actual.On);
        Assert.Equal(expected.Processes, actual.Processes);
        Assert.Equal(expected.Headers, actual.Headers);
        Assert.Equal((expected.Command?.Text, expected.Command?.Shell, string.Join('\0', expected.Command?.Arguments ?? [])), (actual.Command?.Text, actual.Command?.Shell, string.Join('\0', actual.Command?.Arguments ?? [])));
        Assert.Equal(expected, actual with { On = expected.On, Processes = expected.Processes, Headers = expected.Headers, Command = expected.Command });
    }

    public static void Same(Group expected, Group actual)
    {
        Assert.Equal(expected.EnvironmentFiles, actual.EnvironmentFiles);
        Assert.Equal(expected.Variables.Bytes.ToArray(), actual.Variables.Bytes.ToArray());
        Assert.Equal((expected.Name, expected.CreatedAt, expected.Project), (actual.Name, actual.CreatedAt, actual.Project));
    }

    // Records compare what is in their lists by reference.
    public static void Same(ProcessSpec expected, ProcessSpec actual)
    {
        Assert.Equal(expected.Command.Arguments, actual.Command.Arguments);
        Assert.Equal(expected.EnvironmentFiles, actual.EnvironmentFiles);
        Assert.Equal(expected.Ports, actual.Ports);
        Assert.Equal(expected.Needs, actual.Needs);
        Assert.Equal(expected.Sockets, actual.Sockets);
        Assert.Equal(expected.After, actual.After);
        Assert.Equal(expected.Secrets, actual.Secrets);
        Assert.Equal(expected.Watch?.Paths, actual.Watch?.Paths);
        Assert.Equal(expected.Watch?.Ignore, actual.Watch?.Ignore);
        Assert.Equal((expected.Watch?.Then, expected.Watch?.UsesGitignore), (actual.Watch?.Then, actual.Watch?.UsesGitignore));
        Assert.Equal(expected.Stop.Command?.Text, actual.Stop.Command?.Text);
        Assert.Equal(expected.ExitCodes.Success, actual.ExitCodes.Success);
        Assert.Equal(expected.ExitCodes.Final, actual.ExitCodes.Final);
        Assert.Equal(expected.Treatment.Cpus, actual.Treatment.Cpus);
        Assert.Equal(expected.Treatment.Limits, actual.Treatment.Limits);
        Assert.Equal(expected.Treatment with { Cpus = null, Limits = [] }, actual.Treatment with { Cpus = null, Limits = [] });
        Assert.Equal(expected.Variables.Bytes.ToArray(), actual.Variables.Bytes.ToArray());
        Assert.Equal(WithoutLists(expected), WithoutLists(actual));
    }

    private static ProcessSpec WithoutLists(ProcessSpec spec) =>
        spec with { Command = spec.Command with { Arguments = [] }, Stop = spec.Stop with { Command = null }, ExitCodes = ExitCodes.Default, EnvironmentFiles = [], Ports = [], Needs = [], After = [], Secrets = [], Sockets = [], Watch = null, Variables = EnvironmentBlock.Empty, Treatment = Treatment.None };

    private static Dictionary<string, string> Content(ImmutableDictionary<string, EnvironmentBlock> environments) =>
        environments.ToDictionary(entry => entry.Key, entry => Convert.ToHexString(entry.Value.Bytes.Span));
}
