using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Registers processes and forgets them, one at a time or as a set, and changes what is asked of them.</summary>
internal sealed class Registry(
    SupervisorTools tools,
    LeaseRules leases,
    Launching launching,
    PortBook ports,
    Reconciliation reconciliation,
    Starting starting,
    Stopping stopping)
{
    private readonly StateStore _store = tools.Store;

    /// <inheritdoc cref="Supervisor.Run"/>
    public async ValueTask<IReadOnlyList<Outcome>> Run(RunRequest request)
    {
        List<Outcome> outcomes;
        string? made;
        using (var transaction = _store.Begin())
        {
            made = request.Spec.Group is { } group && !transaction.State.Groups.ContainsKey(group) ? group : null;
            outcomes = Register(transaction, request, made);
        }

        var all = await AllOrNone(outcomes);
        if (made is null || !outcomes.Exists(IsBegun))
            return all;
        if (all.Any(IsBegun))
            return [.. all, new Outcome.GroupCreated(made)];
        RemoveUnused(made);
        return all;
    }

    /// <inheritdoc cref="Supervisor.Scale"/>
    public async ValueTask<IReadOnlyList<Outcome>> Scale(string set, int count, bool isRelative)
    {
        List<ProcessRecord> tooMany;
        List<Outcome> added = [];
        using (var transaction = _store.Begin())
        {
            var state = transaction.State;
            set = state.SetOf(set);
            var instances = state.InstancesOf(set).ToList();
            if (instances.Count == 0)
                return [NoSet(state, set)];
            var wanted = isRelative ? instances.Count + count : count;
            if (wanted is < 1 or > Instance.Most)
                return [new Outcome.Failed(set, null,
                    $"a set has 1 to {Instance.Most} instances, and {set} would have {wanted}" + (wanted < 1 ? $"; 'sentinel delete {set}' ends all of them" : ""))];
            var taken = instances.Select(instance => instance.Spec.Instance!.Number).ToHashSet();
            var missing = Enumerable.Range(1, int.MaxValue).Where(number => !taken.Contains(number))
                .Take(Math.Max(0, wanted - instances.Count))
                .Select(number => OfSet(instances[0].Spec, set, number))
                .ToList();
            if (missing.Count > 0)
                added = Register(transaction, state, state.AfterIds(missing.Count), missing, instances[0].Origin);
            tooMany = instances[Math.Min(wanted, instances.Count)..];
        }

        if (added.Count > 0)
            return await AllOrNone(added);
        return tooMany.Count > 0 ? await Delete(Selection.Of(tooMany.Select(instance => instance.Id)), StopOptions.Default, withLogs: false) : [];
    }

    /// <inheritdoc cref="Supervisor.Delete"/>
    public async ValueTask<IReadOnlyList<Outcome>> Delete(Selection selection, StopOptions options, bool withLogs, bool ifExists = false)
    {
        var (ended, outcomes) = await stopping.EndTrees(selection, options);
        if (ifExists)
            outcomes.RemoveAll(outcome => outcome is Outcome.Failed { Process: null, Code: FailureCode.NotFound });
        outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());
        outcomes.AddRange(Forget([.. ended.Where(tree => tree.Failure is null).Select(tree => tree.Record.Id)], withLogs));
        return outcomes;
    }

    /// <inheritdoc cref="Supervisor.Clean"/>
    public IReadOnlyList<Outcome> Clean(bool withLogs)
    {
        var snapshot = new Snapshot(tools.Table);
        var over = reconciliation.Look(_store.Read(), snapshot).Processes.Values.Where(record => record.State.IsOver && !record.IsArmed()).ToList();
        var remains = ProcessTrees.Find(over.ConvertAll(TreeRoot.Of), snapshot);
        var (left, gone) = (new List<ProcessRecord>(), new List<int>());
        foreach (var record in over)
            if (remains.ContainsKey(record.Id) || tools.Table.IsPopulated(record.RunCookie) == true)
                left.Add(record);
            else
                gone.Add(record.Id);
        var outcomes = left.ConvertAll(record => (Outcome)new Outcome.Failed(
            record.Spec.Name, record,
            $"it has ended, but {Processes(remains.GetValueOrDefault(record.Id, []))} that it started still runs; 'sentinel delete {record.Spec.Name}' ends and forgets all",
            FailureCode.NotStopped));
        outcomes.AddRange(Forget(gone, withLogs));
        return outcomes;
    }

    private List<Outcome> Register(StateTransaction transaction, RunRequest request, string? newGroup)
    {
        var state = transaction.State;
        var name = request.IsNamed ? request.Spec.Name : ProcessName.Unique(request.Spec.Name, taken => state.HolderOf(taken) is not null);
        if ((NotFree(state, name, request.Spec) ?? DoubleOf(transaction, name)) is { } taken)
            return [taken];
        state = transaction.State;

        var asked = request.Instances is { } count
            ? Enumerable.Range(1, count).Select(number => OfSet(request.Spec, name, number)).ToList()
            : [request.Spec with { Name = name }];
        // A run that failed leaves nothing, and uses up no number.
        var before = state;
        state = state.With(request.Environment);
        if (newGroup is not null)
            state = state.With(new Group(newGroup, tools.Time.GetUtcNow()));
        return Register(transaction, state, before, asked, request.Origin, request.Surroundings);
    }

    /// <summary>Registers either all of them, as far as can be told before, or none.</summary>
    /// <param name="otherwise">The state where none can be started.</param>
    private List<Outcome> Register(
        StateTransaction transaction, State state, State otherwise, List<ProcessSpec> specs, Origin? origin, string? surroundings = null)
    {
        var records = new List<ProcessRecord>();
        var names = state.Names().ToHashSet();
        foreach (var spec in specs)
        {
            if (spec.Instance is not null && (names.Contains(spec.Name) || !ProcessName.IsValid(spec.Name)))
                return [NotFree(state, spec.Name)!];
            var record = New(state, spec, origin);
            if (leases.WhyOver(record) is { } over)
                return [new Outcome.Failed(spec.Name, null, over, FailureCode.LeaseOver)];
            if (spec.Lease?.Owner is { } owner && tools.Table.IsElsewhere(owner.Identity))
                return [new Outcome.Failed(spec.Name, null, $"{owner} is in another pid namespace, so nobody here would see its end; run it there, without a daemon that is here", FailureCode.Elsewhere)];
            records.Add(record);
            state = state.AfterIds(1).With(record);
        }

        if (new Dependencies(state.Processes.Values).CircleFrom(records.Where(Dependencies.HasAny)) is { } circle)
            return [Changing.InACircle(specs[0].SetName, circle)];
        if (specs.Count > 1 && specs[0].Ports.FirstOrDefault(port => port.IsSingle) is { } single)
            return [new Outcome.Failed(specs[0].SetName, null,
                $"--port {single} is one port, and each instance needs its own; '{single with { OrNext = true }}' gives each the next that is free")];
        try
        {
            state = records.Aggregate(state, ports.Give);
        }
        catch (PortException e)
        {
            return [new Outcome.Failed(specs[0].SetName, null, e.Message, FailureCode.PortHeld)];
        }

        if (records.Select((record, i) => launching.WhyNot(record, state, i == 0 ? CannotStart : tools.Spawner.WhyNot)).FirstOrDefault(why => why is not null) is { } reason)
            return [new Outcome.Failed(specs[0].SetName, null, reason, FailureCode.NotStarted)];
        transaction.State = state;
        var outcomes = starting.StartNow(transaction, records, new ProcessEvent.StartRequested());
        var failed = outcomes.OfType<Outcome.Failed>().Select(failure => failure.Process!.Id).ToList();
        if (failed.Count > 0)
        {
            transaction.State = failed.Count == records.Count ? otherwise : transaction.State.Without(failed);
            transaction.Save();
        }

        return outcomes;

        string? CannotStart(Launch launch) => tools.Spawner.WhyNot(launch) ?? tools.Spawner.CannotInherit(launch, surroundings);
    }

    /// <summary>A record for a new process.</summary>
    public ProcessRecord New(State state, ProcessSpec spec, Origin? origin)
    {
        var id = state.FreeId;
        var record = new ProcessRecord
        {
            Id = id,
            Spec = spec,
            Cookie = state.NewCookie(),
            LogName = SentinelHome.LogName(spec.Name, id),
            State = new RunState.Stopped(tools.Time.GetUtcNow()),
            Origin = origin,
        };
        return LogEnd.Of(record, _store.Home, _store.Files) is var logs && logs is not { Stdout: null or 0, Stderr: null or 0 }
            ? record with { LogsFrom = logs }
            : record;
    }

    private void RemoveUnused(string group)
    {
        using var transaction = _store.Begin();
        if (!transaction.State.Groups.ContainsKey(group) || transaction.State.MembersOf(group).Any())
            return;
        transaction.State = transaction.State with { Groups = transaction.State.Groups.Remove(group) };
        transaction.Save();
    }

    private static bool IsBegun(Outcome outcome) => outcome is Outcome.Started or Outcome.Waits or Outcome.Scheduled;

    // Undoes a set of which some could not be started, which only trying showed.
    private async ValueTask<IReadOnlyList<Outcome>> AllOrNone(List<Outcome> outcomes)
    {
        var failed = outcomes.OfType<Outcome.Failed>().ToList();
        var started = outcomes.Where(IsBegun).Cast<Outcome.OfProcess>().ToList();
        if (failed.Count == 0 || started.Count == 0)
            return outcomes;
        var undone = await Delete(Selection.Of(started.Select(one => one.Process.Id)), StopOptions.Default, withLogs: false);
        return [.. failed.Select(failure => failure with { Why = $"{failure.Why}; so the others were ended again" }), .. undone.OfType<Outcome.Failed>()];
    }

    private List<Outcome> Forget(IReadOnlyCollection<int> ids, bool withLogs)
    {
        var outcomes = new List<Outcome>();
        if (ids.Count == 0)
            return outcomes;
        var deleted = new List<ProcessRecord>();
        using var transaction = _store.Begin();
        foreach (var record in ids.Select(id => transaction.State.Processes.GetValueOrDefault(id)).OfType<ProcessRecord>())
        {
            if (!reconciliation.Settle(record, new Snapshot(tools.Table)).State.IsOver)
            {
                outcomes.Add(new Outcome.Failed(record.Spec.Name, record, "it was started again meanwhile", FailureCode.Busy));
                continue;
            }

            transaction.State = transaction.State.Without([record.Id]);
            outcomes.Add(new Outcome.Deleted(record.Spec.Name, record));
            deleted.Add(record);
        }

        tools.Spawner.CleanUpAll(deleted.ConvertAll(record => record.Cookie));
        foreach (var record in deleted.Where(record => record.Spec.Input != StandardInput.Null))
            File.Delete(_store.Home.InputOf(record));
        transaction.Save();
        if (withLogs && Directory.Exists(_store.Home.Logs))
            foreach (var record in deleted)
                foreach (var file in LogRotation.FilesOf(_store.Home.StdoutOf(record)).Concat(LogRotation.FilesOf(_store.Home.StderrOf(record))))
                    File.Delete(file);
        return outcomes;
    }

    /// <summary>Why a process is not started: one of its name runs already, though no record says so.</summary>
    private Outcome.Failed? DoubleOf(StateTransaction transaction, string name)
    {
        if (!transaction.State.MayHaveStrays)
            return null;
        var strays = Stray.Find(transaction.State, new Snapshot(tools.Table));
        if (strays.Count == 0)
            transaction.State = transaction.State with { MayHaveStrays = false };
        return strays.FirstOrDefault(stray => stray.Name is null || stray.Name == name) is { } found
            ? new Outcome.Failed(name, null, Stray.Sentence([found]), FailureCode.NameTaken)
            : null;
    }

    /// <summary>Why a name cannot be given to a new process or set; null if it can.</summary>
    /// <param name="wanted">What is to have it; null: the user's own, as far as is known.</param>
    public static Outcome.Failed? NotFree(State state, string name, ProcessSpec? wanted = null) => (ProcessName.IsValid(name), state.HolderOf(name)) switch
    {
        (false, _) => new Outcome.Failed(name, null, $"'{name}' cannot be a name: {ProcessName.Rule}"),
        (_, { } holder) => Taken(name, holder, wanted ?? holder.Spec),
        _ => null,
    };

    /// <summary>That a name is taken, and by what; only what looks like the user's own is to be deleted.</summary>
    public static Outcome.Failed Taken(string name, ProcessRecord holder, ProcessSpec wanted)
    {
        var who = holder.Spec.Name == name
            ? $"the name '{name}' is taken by process {holder.Id} ({holder.State.Word}: {holder.Spec.Command.Text})"
            : $"the name '{name}' is that of a set, {holder.Spec.Name} and others";
        var session = holder.Spec.Lease?.Session;
        var isOwn = session == wanted.Lease?.Session && (session is not null || holder.Spec.WorkingDirectory == wanted.WorkingDirectory);
        return new Outcome.Failed(name, null, isOwn
            ? $"{who}; choose another, or 'sentinel delete {name}' first; 'run --replace' changes what has it"
            : $"{who}, which runs in {holder.Spec.WorkingDirectory}{(session is null ? "" : $", in the session {session}")}; choose another name",
            FailureCode.NameTaken);
    }

    private static Outcome.Failed NoSet(State state, string set) => state.Find(set) is { } single
        ? new Outcome.Failed(set, null, $"{set} is a single process; 'sentinel delete {set}' and 'sentinel run --instances N' make a set of it")
        : new Outcome.Failed(set, null, $"there is no set named '{set}'; 'sentinel run --instances N --name {set}' makes one", FailureCode.NotFound);

    private static ProcessSpec OfSet(ProcessSpec spec, string set, int number)
    {
        var instance = new Instance(set, number);
        return spec with { Name = instance.Name, Instance = instance };
    }

    private static string Processes(List<Sighting> processes) =>
        processes.Count == 0 ? "something"
        : processes.Count == 1 ? $"a process (pid {processes[0].Pid})" : $"{processes.Count} processes (pids {string.Join(", ", processes.Select(p => p.Pid))})";
}
