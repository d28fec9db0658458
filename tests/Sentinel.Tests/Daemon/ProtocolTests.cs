using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CsCheck;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Queries;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Rendering;
using Sentinel.Tests.Store;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

public sealed class ProtocolTests
{
    private static readonly Gen<string> Text = AnyState.Text;

    private static readonly Gen<Selection> Chosen = Gen.OneOf<Selection>(
        Gen.Const(new Selection.All()),
        Text.Select(group => new Selection.Members(group)),
        Gen.Select(Text.Array[0, 3], Text.Null(), Text.Null()).Select((targets, session, folder) => new Selection.Named(targets) { Session = session, Folder = folder }));

    // Eighths of a second are exact in seconds.
    private static readonly Gen<StopOptions> Options = Gen.Select(Gen.Int[1, 64].Nullable(), Gen.Int[0, 8 * 86_400].Nullable())
        .Select((signal, eighths) => new StopOptions(signal, eighths is { } time ? TimeSpan.FromSeconds(time / 8.0) : null));

    private static readonly Gen<Renewal?> MaybeRenewal = Gen.Select(AnyState.Environment, Text.Null(), (environment, inherited) => new Renewal(environment, inherited)).Null();

    internal static readonly Gen<Request> AnyRequest = Gen.OneOf<Request>(
        Gen.Select(AnyState.Spec, Gen.Bool, AnyState.Environment, Gen.Int[1, 9].Nullable(), AnyState.Origin, Text.Null(), Gen.Enum<IfTaken>())
            .Select((spec, named, environment, instances, origin, surroundings, ifTaken) =>
                new Request.Run(new RunRequest(spec, named, environment, instances, origin, surroundings, ifTaken))),
        Gen.Select(Text, Gen.Int, Gen.Bool).Select((set, count, isRelative) => new Request.Scale(set, count, isRelative)),
        Gen.Select(Gen.Int[1, 9], AnyState.Spec, AnyState.Spec).Select((id, before, after) => new Request.ChangeSpecs([new SpecChange(id, before, after)])),
        Gen.Select(Chosen, MaybeRenewal, Gen.Bool).Select((selection, renewal, isAlone) => new Request.Start(selection, renewal, isAlone)),
        Gen.Select(Chosen, Options, Gen.Bool).Select((selection, options, with) => new Request.Stop(selection, options, with)),
        Gen.Select(Chosen, Options, MaybeRenewal, Gen.Enum<RestartWay>()).Select((selection, options, renewal, way) =>
            new Request.Restart(selection, options, renewal, way)),
        Chosen.Select(selection => new Request.RotateLogs(selection)),
        Gen.Select(Chosen, Gen.Enum<LogStream>().Nullable()).Select((selection, stream) => new Request.ClearLogs(selection, stream)),
        Gen.Select(Chosen, Options, Gen.Bool, Gen.Bool).Select((selection, options, logs, ifExists) => new Request.Delete(selection, options, logs, ifExists)),
        Gen.Select(Chosen, Gen.Int[1, 64], Gen.Bool).Select((selection, signal, isTree) => new Request.Signal(selection, signal, isTree)),
        Gen.Bool.Select(logs => new Request.Clean(logs)),
        Chosen.Select(selection => new Request.Reset(selection)),
        Chosen.Select(selection => new Request.Trigger(selection)),
        AnyState.Hook.Select(hook => new Request.AddHook(hook)),
        Text.Array[0, 3].Select(names => new Request.DeleteHooks(names)),
        Gen.Select(AnyState.Spec, AnyState.Environment, Gen.Int[1, 9].Nullable(), AnyState.Origin, Text.Array[0, 2], Gen.Bool).Select((spec, environment, instances, origin, names, again) =>
            new Request.Apply(
                new ProjectRequest("shop", new ProjectMark("/shop", "/shop/sentinel.toml"), names, environment, [new ProjectMember(spec, instances)], environment, origin), names, again)),
        AnyState.Group.Select(group => new Request.CreateGroup(group)),
        Gen.Select(Text, AnyState.Environment, Text.Array[0, 3], Text.Array[0, 3].Null()).Select((group, set, unset, files) =>
            new Request.ChangeGroup(group, new GroupChange(set, unset, files))),
        Text.Select(group => new Request.DeleteGroup(group)),
        Gen.Select(Text, Chosen).Select((group, selection) => new Request.AddToGroup(group, selection)),
        Gen.Select(Text, Chosen).Select((group, selection) => new Request.RemoveFromGroup(group, selection)),
        Gen.Select(Gen.Int[1, 65535].Nullable(), Text).Select((port, name) => new Request.AllocatePort(port, name)),
        Text.Array[0, 3].Select(targets => new Request.FreePorts(targets)),
        Text.Null().Select(session => new Request.EndLeases(session)),
        Gen.Const(new Request.RestartDue()));

    // What was started runs.
    private static readonly Gen<ProcessRecord> Started = Gen.Select(AnyState.Record, AnyState.Running).Select((record, run) => record with { State = run });

    internal static readonly Gen<Outcome> AnyOutcome = Gen.OneOf<Outcome>(
        Gen.Select(Text, Started, Gen.Int[1, 65535].Array[0, 2]).Select((target, run, ports) => new Outcome.Started(target, run) { Ports = [.. ports.Select(port => new PortRef("http", port))] }),
        Gen.Select(Text, Started, Gen.Int[1, 9].Nullable()).Select((target, run, old) => new Outcome.Restarted(target, run, old)),
        Gen.Select(Text, Started, Gen.Bool).Select((target, run, isOutdated) => new Outcome.AlreadyRunning(target, run, isOutdated) { Ports = [new PortRef("db", 5432)] }),
        Gen.Select(Text, AnyState.Record, Text.Array[0, 2]).Select((target, record, names) => new Outcome.Waits(target, record, names)),
        Gen.Select(Text, AnyState.Record, Text.Null()).Select((target, record, remark) => new Outcome.Stopped(target, record, remark)),
        Gen.Select(Text, AnyState.Record, Text).Select((target, record, why) => new Outcome.LeaseEnded(target, record, why)),
        Gen.Select(Text, AnyState.Record).Select((target, record) => new Outcome.Deleted(target, record)),
        Gen.Select(Text, AnyState.Record, Gen.Bool, Text.Array[0, 2]).Select((target, record, isOutdated, fields) => new Outcome.Changed(target, record, isOutdated, fields)),
        Gen.Select(Text, Started, Gen.Int[1, 64], Gen.Int).Select((target, run, signal, processes) => new Outcome.Signalled(target, run, signal, processes)),
        Gen.Select(Text, AnyState.Record).Select((target, record) => new Outcome.NotRunning(target, record)),
        Gen.Select(Text, AnyState.Record).Select((target, record) => new Outcome.Reset(target, record)),
        Text.Select(target => new Outcome.HookAdded(target)),
        Text.Select(target => new Outcome.HookChanged(target)),
        Text.Select(target => new Outcome.HookDeleted(target)),
        Gen.Select(Text, AnyState.Record).Select((target, record) => new Outcome.Scheduled(target, record, record.Id % 2 == 0 ? null : record.State.Since)),
        Gen.Select(Text, AnyState.Record, Text, Gen.Bool).Select((target, record, group, isOutdated) =>
            new Outcome.Moved(target, record with { Spec = record.Spec with { Group = record.Spec.Group is null ? null : group } }, group, isOutdated)),
        Text.Select(group => new Outcome.GroupCreated(group)),
        Text.Select(group => new Outcome.GroupExists(group)),
        Gen.Select(Text, Text.Array[0, 3]).Select((group, outdated) => new Outcome.GroupChanged(group, outdated)),
        Gen.Select(Text, Text.Array[0, 3]).Select((group, members) => new Outcome.GroupDeleted(group, members)),
        AnyState.Lease.Select(lease => new Outcome.PortAllocated(lease.Port, lease.Name)),
        AnyState.Lease.Select(lease => new Outcome.PortFreed(lease.Port, lease.Name)),
        Gen.Select(Text, AnyState.Record.Null(), Text, Gen.Enum<FailureCode>()).Select((target, record, why, code) => new Outcome.Failed(target, record, why, code)));

    private static readonly Gen<Query> AnyQuery = Gen.Select(Chosen, Gen.Bool, Gen.Bool, AnyState.Running.Null()).Select((selection, remains, logs, asker) =>
        (Query)new Query.Processes(selection) { WithRemains = remains, WithLogs = logs, WithOptions = !logs, Asker = asker?.Identity });

    private static readonly Gen<Query> StoryQuery = Gen.Select(Chosen, Gen.Int[0, 99]).Select((selection, lines) => (Query)new Query.Stories(selection, lines));

    private static readonly Gen<Query> OtherQuery = Gen.OneOf<Query>(
        Text.Null().Select(name => new Query.Groups(name)),
        Text.Null().Select(name => new Query.Ports(name)),
        Gen.Select(Text, Gen.Bool).Select((target, withValues) => new Query.Environment(target, withValues)),
        Text.Null().Select(session => new Query.Overdue(session)),
        Gen.Select(AnyState.Record, Gen.Bool).Select((record, serves) => new Query.Start(record, serves)),
        Gen.Select(Text, Gen.Enum<LogStream>(), Gen.Int, Gen.Long.Nullable(), Gen.Long.Nullable()).Select((target, stream, lines, before, after) =>
            new Query.Log(target, stream, lines) { Before = before, After = after }),
        Chosen.Select(selection => new Query.Summaries(selection)),
        Gen.Const(new Query.Findings()),
        Gen.Const(new Query.Metrics()),
        Gen.Long.Select(after => new Query.Events(after)));

    private static readonly Gen<LogFaults?> Logs = Gen.Select(Text, Text, AnyState.Time.Nullable(), Gen.Long).Select((path, other, at, lost) =>
        new LogFaults([new DeletedLog(path, other)], [new MovedLog(other, path), new MovedLog(path, other)], [new EmptiedLog(path, at, lost)])).Null();

    internal static readonly Gen<ProcessInfo> Info = Gen.Select(
        Gen.Select(AnyState.Record, Gen.Bool).Select((record, isElsewhere) => isElsewhere ? record with { State = new RunState.Elsewhere(record.State) } : record),
        Gen.Select(Gen.Double[0, 100], Gen.Long, Gen.Int[0, 99], Gen.Int.Array[0, 3]).Select((cpu, memory, seconds, pids) =>
            new TreeUsage(cpu, memory, TimeSpan.FromSeconds(seconds), pids)).Null(),
        Gen.Select(Text.Null(), Gen.Bool, Gen.Int.Array[0, 3]),
        Gen.Select(Gen.Int, Text.Null(), AnyState.Time, Gen.Bool).Select((pid, program, at, hasLeft) => new LeftProcess(pid, program, at, hasLeft)).Array[0, 2],
        AnyState.Lease.Array[0, 2],
        Logs).Select((record, usage, rest, left, ports, logs) => new ProcessView(record, usage)
        {
            LeaseOver = rest.Item1,
            IsUnasked = rest.Item2,
            Remains = rest.Item3,
            Left = left,
            Ports = ports,
            WaitsFor = [.. left.Select(process => new WaitsFor(process.Program ?? "", "ready", "it is stopped", process.LeftSession))],
            Logs = logs,
        }.Info());

    private static readonly Gen<Answer> AnyAnswer = Gen.Select(Info.Array[0, 3], AnyOutcome.Array[0, 2], Text.Array[0, 2], Gen.Long).Select((processes, missing, warnings, number) =>
        (Answer)new Answer.Processes(processes, number) { Missing = missing, Warnings = warnings });

    internal static readonly Gen<Answer> StoryAnswer = Gen.Select(Info, AnyEvent.Ended, Text.Array[0, 3], Gen.Bool, AnyState.Time.Nullable()).Select((process, end, lines, flag, since) =>
        (Answer)new Answer.Stories([new Story(process, [new Story.Run(end, lines, flag) { Stdout = lines }], 3, since, flag) { Cause = since?.ToString(), Said = flag ? new SaidLine("no", LogStream.Stdout) : null,
            Lately = since is { } last ? new Story.Restarts(3, last, flag ? "no" : null) : null,
            Errors = [.. lines.Select(line => new SaidLine(line, LogStream.Stderr))],
            Ports = [.. lines.Select(line => new Story.PortUse(8000, "http", flag ? line : null, flag))],
        }]));

    private static readonly Gen<Notice> AnyNotice = Gen.OneOf<Notice>(
        Gen.Select(AnyEvent.Any, Gen.Long[1, Event.HighestNumber]).Select((happened, number) => new Notice.Happened(happened with { Number = number })),
        Gen.Select(Gen.Long, Gen.Long).Select((after, next) => new Notice.Gap(after, next)));

    internal static readonly Gen<Answer.Metrics> Measured = Gen.Select(
        Gen.Select(Text, AnyState.Tally, Gen.Bool, AnyState.Time.Nullable(), Gen.Double[0, 1e9].Nullable(), Gen.Long[0, long.MaxValue].Nullable(), Gen.Int[1, 9].Nullable()).Select((name, tally, flag, time, seconds, bytes, number) => new ProcessMetrics
        {
            Name = name,
            Instance = number,
            State = RunState.Words[(number ?? 0) % RunState.Words.Count],
            IsUp = flag,
            IsReady = !flag,
            IsHealthy = number is null ? null : flag,
            StartedAt = time,
            CpuSeconds = seconds,
            MemoryBytes = bytes,
            MemoryLimitBytes = bytes,
            Threads = number,
            HasReadiness = flag,
            HasHealthCheck = !flag,
            IsTask = flag,
            LastRunSeconds = seconds,
            Tally = tally,
            Stdout = bytes is { } written ? new LogMetrics(written, 3) : null,
            Stderr = flag ? new LogMetrics(7, 0) : null,
        }).Array[0, 3],
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.Double[0, 1e9]).Select((number, seconds) => new DaemonMetrics(number, number, number, seconds)).Null(),
        Text).Select((processes, daemon, version) => new Answer.Metrics(processes, daemon, version));

    private static readonly Gen<EnvironmentSource?> Source = Gen.Select(Text, Text.Null(), Gen.Int.Nullable())
        .Select((layer, name, line) => new EnvironmentSource(layer, name, line)).Null();

    private static readonly Gen<VariableInfo> Variable = Gen.Select(Text, Gen.Bool, Text.Null(), Source, Gen.Bool, Text.Null(), Source)
        .Select((name, isSet, value, source, isOutdated, next, nextSource) => new VariableInfo(name, isSet, value, source, isOutdated, next, nextSource) { IsMasked = isOutdated });

    internal static readonly Gen<Answer> OtherAnswer = Gen.OneOf<Answer>(
        Gen.Select(AnyState.Group, Text.Array[0, 2], AnyState.Record.Array[0, 2]).Select((group, variables, records) => new Answer.Groups(
            [new GroupInfo(group.Name, group.CreatedAt, group.EnvironmentFiles, variables, [.. records.Select(ProcessRef.Of)])])),
        Gen.Select(AnyState.Lease, Text.Null(), Gen.Int.Nullable(), Text).Select((lease, process, pid, program) => new Answer.Ports(
            [new PortInfo(lease.Port, lease.Name, lease.AllocatedAt, lease.ProcessId, process, [new Listener(lease.Port, "tcp", pid, program)])])),
        Gen.Select(Gen.Int, Text, Gen.Bool, Variable.Array[0, 3]).Select((id, name, isOfRun, variables) =>
            new EnvironmentInfo(id, name, isOfRun, variables)).Null().Select(environment => new Answer.Environment(environment)),
        Gen.Select(Text, AnyState.Record, Text).Select((target, record, why) => new Answer.Overdue([new Outcome.WouldEnd(target, record, why)])),
        Gen.Select(Text, AnyState.Record, Text).Select((target, record, why) => new Outcome.Failed(target, record, why)).Null()
            .Select(failure => new Answer.Start(failure)),
        Gen.Select(Text, Gen.Enum<LogStream>(), Gen.Long, AnyState.Time.Nullable(), Gen.Bool).Select((text, stream, position, time, isWhole) =>
            new LogPage(1, text, stream, [new LogPageLine(position, text, time, isWhole)], position, position + 1, 0)).Null().Select(page => new Answer.Log(page)),
        Info.Array[0, 2].Select(processes => new Answer.Summaries([.. processes.Select(ProcessSummary.Of)])),
        Gen.Select(Text, Text, Text).Select((area, what, mend) =>
            new Answer.Findings([Finding.Ok(area, what), Finding.Degraded(area, what, mend), Finding.Broken(area, what, mend)])),
        Measured,
        Gen.Select(AnyNotice.Array[0, 3], Gen.Long).Select((page, last) => new Answer.Events(page, last)));

    private static readonly Gen<Message> AnyMessage = Gen.OneOf<Message>(
        AnyRequest.Select(request => new Message.Ask(request)),
        Gen.OneOf(AnyQuery, StoryQuery, OtherQuery).Select(query => new Message.Inquire(query)),
        Gen.OneOf(AnyAnswer, StoryAnswer, OtherAnswer).Select(answer => new Message.Answered(answer)),
        Gen.Const(new Message.Hello()),
        Gen.Const(new Message.Working()),
        Gen.Long.Select(after => new Message.Subscribe(after)),
        AnyNotice.Select(notice => new Message.Told(notice)),
        Gen.Select(AnyOutcome.Array[0, 4], Text.Array[0, 2]).Select((outcomes, warnings) => new Message.Done(outcomes, warnings)),
        Gen.Select(Gen.Int, Text, AnyState.Time, Gen.Int, Gen.Int, Gen.Int, Text.Null())
            .Select((pid, version, since, supervised, running, restarts, error) =>
                new Message.Welcome(new DaemonStatus(pid, version, since, supervised, running, restarts, error) { Protocols = new ProtocolRange(running, pid) })),
        Gen.Select(Text, Gen.Enum<FailureCode>()).Select((why, code) => new Message.Refused(why, code)));

    /// <summary>The words of all requests, queries and other messages.</summary>
    internal static IReadOnlySet<string> Words()
    {
        var words = new HashSet<string>();
        var made = new HashSet<Type>();
        AnyMessage.Sample(message =>
        {
            using var json = JsonDocument.Parse(Body(message));
            words.Add(json.RootElement.GetProperty("is").GetString()!);
            made.Add(message.GetType());
            if (message is Message.Ask { Request: var request })
                made.Add(request.GetType());
            if (message is not Message.Inquire { Query: var query })
                return;
            made.Add(query.GetType());
            words.Add(json.RootElement.GetProperty("about").GetString()!);
        }, iter: 5_000, threads: 1);
        foreach (var type in (Type[])[typeof(Message), typeof(Request), typeof(Query)])
            Assert.Superset(type.GetNestedTypes().ToHashSet(), made);
        return words;
    }

    [Fact]
    public void Every_message_is_understood_as_it_was_meant() => AnyMessage.Sample(message => Same(message, Protocol.Read(Body(message))), iter: 5_000);

    [Fact]
    public void Every_property_of_a_process_arrives() => Info.Sample(process =>
    {
        var answer = Assert.IsType<Message.Answered>(Protocol.Read(Body(new Message.Answered(new Answer.Processes([process], 0))))).Answer;

        Assert.Equivalent(
            process with { Options = null }, Assert.Single(Assert.IsType<Answer.Processes>(answer).All) with { Options = null }, strict: true);
    }, iter: 200);

    [Fact]
    public void Every_property_of_a_summary_arrives() => Info.Sample(process =>
    {
        var answer = Assert.IsType<Message.Answered>(Protocol.Read(Body(new Message.Answered(new Answer.Summaries([process]))))).Answer;

        Assert.Equivalent(ProcessSummary.Of(process), Assert.Single(Assert.IsType<Answer.Summaries>(answer).All), strict: true);
    }, iter: 200);

    [Fact]
    public void Every_metric_arrives() => Measured.Sample(measured =>
    {
        var answer = Assert.IsType<Answer.Metrics>(Assert.IsType<Message.Answered>(Protocol.Read(Body(new Message.Answered(measured)))).Answer);

        Assert.Equal(measured.All, answer.All);
        Assert.Equal((measured.Daemon, measured.Version), (answer.Daemon, answer.Version));
    }, iter: 200);

    [Fact]
    public void The_order_of_properties_is_no_matter() => Info.Sample(process =>
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            ProcessDocument.Write(json, process);
        using var written = JsonDocument.Parse(buffer.WrittenMemory);
        var turned = new System.Text.Json.Nodes.JsonObject(written.RootElement.EnumerateObject().Reverse()
            .Select(property => KeyValuePair.Create(property.Name, System.Text.Json.Nodes.JsonNode.Parse(property.Value.GetRawText()))));
        using var read = JsonDocument.Parse(turned.ToJsonString());

        Assert.Equivalent(process with { Options = null }, ProcessDocument.Read(read.RootElement) with { Options = null }, strict: true);
    }, iter: 200);

    [Fact]
    public void A_frame_begins_with_the_length_of_the_rest() => AnyMessage.Sample(message =>
    {
        var frame = Protocol.Write(message);
        Assert.Equal(frame.Length - Protocol.HeaderBytes, Protocol.LengthIn(frame));
    });

    [Theory]
    [InlineData(int.MinValue, null)]
    [InlineData(-1, null)]
    [InlineData(0, null)]
    [InlineData(1, 1)]
    [InlineData(Protocol.LongestFrame, Protocol.LongestFrame)]
    [InlineData(Protocol.LongestFrame + 1, null)]
    [InlineData(int.MaxValue, null)]
    public void A_length_that_nobody_sends_is_none(int told, int? length)
    {
        var header = new byte[Protocol.HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, told);
        Assert.Equal(length, Protocol.LengthIn(header));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Protocol.Version + 1)]
    public void A_message_of_another_version_is_known_as_such_whatever_else_it_says(int version)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"protocol":{{version}},"is":"sing","why":[]}""");
        Assert.Equal(version, Assert.Throws<OtherProtocolException>(() => Protocol.Read(body)).Version);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Protocol.Version + 1)]
    public void A_greeting_is_understood_whatever_its_version(int version)
    {
        Assert.IsType<Message.Hello>(Protocol.Read(Encoding.UTF8.GetBytes($$"""{"protocol":{{version}},"is":"hello","more":[]}""")));
        var newer = new DaemonStatus(7, "9.0", Clock.Start, 0, 0, 0, null) { Protocols = new ProtocolRange(version, version + 1) };
        var welcome = Encoding.UTF8.GetString(Body(new Message.Welcome(newer)).Span).Replace($"\"protocol\":{Protocol.Version}", $"\"protocol\":{version}");
        Assert.Equal(newer, Assert.IsType<Message.Welcome>(Protocol.Read(Encoding.UTF8.GetBytes(welcome))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"protocol":"4","is":"hello"}""")]
    [InlineData("""{"protocol":4}""")]
    [InlineData("""{"protocol":4,"is":null}""")]
    [InlineData("""{"protocol":4,"is":"sing"}""")]
    [InlineData("""{"protocol":4,"is":"run"}""")]
    [InlineData("""{"protocol":4,"is":"start","targets":7}""")]
    [InlineData("""{"protocol":4,"is":"start","targets":[null]}""")]
    [InlineData("""{"protocol":4,"is":"start","environment":"no base64!"}""")]
    [InlineData("""{"protocol":4,"is":"stop","timeoutSeconds":1e300}""")]
    [InlineData("""{"protocol":4,"is":"stop","timeoutSeconds":1e999}""")]
    [InlineData("""{"protocol":4,"is":"stop","signal":99999999999}""")]
    [InlineData("""{"protocol":4,"is":"stop","signal":1.5}""")]
    [InlineData("""{"protocol":4,"is":"refused","why":"\ud800"}""")]
    [InlineData("""{"protocol":4,"is":"subscribe"}""")]
    [InlineData("""{"protocol":4,"is":"told","event":{"time":"2026-01-02T03:04:05.000Z","event":"daemon-down","pid":7}}""")]
    [InlineData("""{"protocol":4,"is":"done","outcomes":[{"outcome":"cleared","target":"web"}],"warnings":[]}""")]
    public void What_is_no_message_is_refused_as_such(string body) =>
        Assert.ThrowsAny<JsonException>(() => Protocol.Read(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Whatever_bytes_come_they_are_a_message_or_refused() => Gen.Byte.Array[0, 60].Sample(TryToRead, iter: Long.Times(100_000, otherwise: 5_000));

    [Fact]
    public void A_message_that_was_damaged_on_its_way_is_a_message_or_refused() =>
        Gen.Select(AnyMessage, Gen.Int[0, int.MaxValue], Gen.Byte).Sample((message, at, value) =>
        {
            var body = Body(message).ToArray();
            body[at % body.Length] = value;
            TryToRead(body);
            TryToRead(body[..(at % body.Length)]);
        }, iter: Long.Times(100_000, otherwise: 5_000));

    private static void TryToRead(byte[] body)
    {
        try
        {
            Protocol.Read(body);
        }
        catch (Exception e) when (e is JsonException or OtherProtocolException)
        {
        }
    }

    private static ReadOnlyMemory<byte> Body(Message message) => Protocol.Write(message).AsMemory(Protocol.HeaderBytes);

    private static void Same(Message expected, Message actual)
    {
        switch (expected, actual)
        {
            case (Message.Ask one, Message.Ask other):
                Same(one.Request, other.Request);
                break;
            case (Message.Done one, Message.Done other):
                Assert.Equal(one.Warnings, other.Warnings);
                Same(one.Outcomes, other.Outcomes);
                break;
            case (Message.Inquire { Query: Query.Processes one }, Message.Inquire { Query: Query.Processes other }):
                Same(one.Selection, other.Selection);
                Assert.Equal(one, other with { Selection = one.Selection });
                break;
            case (Message.Inquire { Query: Query.Stories one }, Message.Inquire { Query: Query.Stories other }):
                Same(one.Selection, other.Selection);
                Assert.Equal(one, other with { Selection = one.Selection });
                break;
            case (Message.Inquire { Query: Query.Summaries one }, Message.Inquire { Query: Query.Summaries other }):
                Same(one.Selection, other.Selection);
                break;
            case (Message.Told { Notice: Notice.Happened one }, Message.Told { Notice: Notice.Happened other }):
                AnyEvent.Same(one.Event, other.Event);
                break;
            case (Message.Answered { Answer: var one }, Message.Answered { Answer: var other }):
                Assert.Equal(one.Warnings, other.Warnings);
                Same(one.Missing, other.Missing);
                // As they are written; see the test of a process.
                Assert.Equal(Protocol.Write(expected), Protocol.Write(actual));
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    private static void Same(Request expected, Request actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        switch (expected, actual)
        {
            case (Request.Run { What: var one }, Request.Run { What: var other }):
                AnyState.Same(one.Spec, other.Spec);
                AnyState.Same(one.Origin, other.Origin);
                Assert.Equal(one.Instances, other.Instances);
                Assert.Equal((one.IsNamed, one.Surroundings, Content(one.Environment)), (other.IsNamed, other.Surroundings, Content(other.Environment)));
                break;
            case (Request.Apply { What: var one } first, Request.Apply { What: var other } second):
                Assert.Equal((one.Name, one.Mark, Content(one.Environment), Content(one.Variables)), (other.Name, other.Mark, Content(other.Environment), Content(other.Variables)));
                Assert.Equal(one.EnvironmentFiles, other.EnvironmentFiles);
                AnyState.Same(Assert.Single(one.Members).Spec, Assert.Single(other.Members).Spec);
                Assert.Equal(one.Members[0].Instances, other.Members[0].Instances);
                AnyState.Same(one.Origin, other.Origin);
                Assert.Equal(first.ToStart, second.ToStart);
                Assert.Equal(first.Again, second.Again);
                break;
            case (Request.ChangeSpecs { Changes: [var one] }, Request.ChangeSpecs { Changes: [var other] }):
                AnyState.Same(one.Before, other.Before);
                AnyState.Same(one.After, other.After);
                Assert.Equal(one.Id, other.Id);
                break;
            case (Request.Start one, Request.Start other):
                Assert.Equal((Content(one.Renewal), one.IsAlone), (Content(other.Renewal), other.IsAlone));
                Same(one.Selection, other.Selection);
                break;
            case (Request.Stop one, Request.Stop other):
                Assert.Equal((one.Options, one.WithDependents), (other.Options, other.WithDependents));
                Same(one.Selection, other.Selection);
                break;
            case (Request.Restart one, Request.Restart other):
                Assert.Equal((one.Options, one.Way, Content(one.Renewal)), (other.Options, other.Way, Content(other.Renewal)));
                Same(one.Selection, other.Selection);
                break;
            case (Request.Delete one, Request.Delete other):
                Assert.Equal((one.Options, one.WithLogs, one.IfExists), (other.Options, other.WithLogs, other.IfExists));
                Same(one.Selection, other.Selection);
                break;
            case (Request.RotateLogs one, Request.RotateLogs other):
                Same(one.Selection, other.Selection);
                break;
            case (Request.ClearLogs one, Request.ClearLogs other):
                Assert.Equal(one.Stream, other.Stream);
                Same(one.Selection, other.Selection);
                break;
            case (Request.AddHook one, Request.AddHook other):
                AnyState.Same(one.Hook, other.Hook);
                break;
            case (Request.DeleteHooks one, Request.DeleteHooks other):
                Assert.Equal(one.Names, other.Names);
                break;
            case (Request.Trigger one, Request.Trigger other):
                Same(one.Selection, other.Selection);
                break;
            case (Request.Reset one, Request.Reset other):
                Same(one.Selection, other.Selection);
                break;
            case (Request.Signal one, Request.Signal other):
                Assert.Equal((one.Number, one.IsTree), (other.Number, other.IsTree));
                Same(one.Selection, other.Selection);
                break;
            case (Request.CreateGroup one, Request.CreateGroup other):
                AnyState.Same(one.Group, other.Group);
                break;
            case (Request.ChangeGroup { Change: var one } first, Request.ChangeGroup { Change: var other } second):
                Assert.Equal((first.Group, Content(one.Set)), (second.Group, Content(other.Set)));
                Assert.Equal(one.Unset, other.Unset);
                Assert.Equal(one.EnvironmentFiles, other.EnvironmentFiles);
                break;
            case (Request.AddToGroup one, Request.AddToGroup other):
                Assert.Equal(one.Group, other.Group);
                Same(one.Selection, other.Selection);
                break;
            case (Request.RemoveFromGroup one, Request.RemoveFromGroup other):
                Assert.Equal(one.Group, other.Group);
                Same(one.Selection, other.Selection);
                break;
            case (Request.FreePorts one, Request.FreePorts other):
                Assert.Equal(one.Targets, other.Targets);
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    private static void Same(Selection expected, Selection actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal((expected as Selection.Named)?.Targets, (actual as Selection.Named)?.Targets);
        Assert.Equal((expected as Selection.Named)?.Folder, (actual as Selection.Named)?.Folder);
        Assert.Equal((expected as Selection.Members)?.Group, (actual as Selection.Members)?.Group);
    }

    private static void Same(IReadOnlyList<Outcome> expected, IReadOnlyList<Outcome> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (first, second) in expected.Zip(actual))
            Same(first, second);
    }

    private static void Same(Outcome expected, Outcome actual)
    {
        switch (expected, actual)
        {
            case (Outcome.GroupChanged first, Outcome.GroupChanged second):
                Assert.Equal(first.Target, second.Target);
                Assert.Equal(first.Outdated, second.Outdated);
                break;
            case (Outcome.GroupDeleted first, Outcome.GroupDeleted second):
                Assert.Equal(first.Target, second.Target);
                Assert.Equal(first.Members, second.Members);
                break;
            case (Outcome.Changed first, Outcome.Changed second):
                Assert.Equal(first.Fields, second.Fields);
                Assert.Equal(first, second with { Fields = first.Fields });
                break;
            case (Outcome.Waits first, Outcome.Waits second):
                Assert.Equal(first.For, second.For);
                Assert.Equal(first, second with { For = first.For });
                break;
            case (Outcome.Began first, Outcome.Began second):
                Assert.Equal(first.Ports, second.Ports);
                Assert.Equal(first, second with { Ports = first.Ports });
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    private static (string? Environment, string? Inherited) Content(Renewal? renewal) => (Content(renewal?.Environment), renewal?.Inherited);

    private static string? Content(EnvironmentBlock? environment) => environment is null ? null : Convert.ToHexString(environment.Bytes.Span);
}
