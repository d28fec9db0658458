using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>Commands, and others, that talk to the daemon.</summary>
public partial class DaemonClientTests
{
    private static readonly byte[][] Nonsense =
    [
        [.. "null"u8], [.. "-1"u8], [.. "99999999999999999999"u8], [.. "\""u8], [.. "\\ud800"u8], [.. "{}"u8], [.. "["u8], [.. "a/b"u8], [.. "\\u0000"u8],
        [.. "\"a\":1,"u8], [.. "1e999"u8], [0], [0xff, 0xfe], [.. new string('[', 300).Select(c => (byte)c)],
    ];

    [Fact]
    public async Task Every_command_says_the_same_and_ends_the_same_with_a_daemon_as_without()
    {
        string[][] commands =
        [
            ["run", "--name", "web", "--", SentinelHome.Actor, "describe"],
            ["run", "--name", "web", "--", "sleep", "1000"],
            ["run", "sleep 1000 | cat", "--name", "pipe", "--restart", "--json"],
            ["run", "no-such-program"],
            ["run", "--cwd", "/no/such/folder", "sleep 1000"],
            ["run", "sleep 1000"],
            ["run", "sleep 1000"],
            ["start", "web"],
            ["start", "nobody", "pipe"],
            ["stop", "web", "wbe"],
            ["stop", "web"],
            ["start", "web", "--json"],
            ["restart", "web", "sleep", "--signal", "INT", "--timeout", "1"],
            ["restart", "web", "--update-env"],
            ["reset", "web", "nobody"],
            ["stopall"],
            ["stopall"],
            ["startall"],
            ["restartall", "--json"],
            ["delete", "sleep", "--logs"],
            ["delete", "sleep"],
            ["stop", "web"],
            ["clean"],
            ["clean", "--json"],
            ["stopall", "--force", "--json"],
            ["delete", "pipe", "--json"],
        ];
        await using var without = new SentinelHome();
        await using var with = new SentinelHome();
        await with.StartDaemon();

        foreach (var command in commands)
        {
            // Whoever may be told that no daemon runs has that read over.
            var (here, there) = (await without.Run(command), await with.Run(command));
            Assert.Equal(Told(without, here), Told(with, there));
        }

        Assert.Empty(without.Supervised());
        Assert.Empty(with.Supervised());
    }

    [Fact]
    public async Task Where_the_daemon_ends_before_it_is_asked_the_command_does_without()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        // It lets one connect, who looks whether a daemon is there.
        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(home.Socket));
        daemon.Listen(0);
        using var stop = home.Begin("stop", "web");
        await Wait.Until(() => daemon.Poll(0, SelectMode.SelectRead), "the command looks");

        daemon.Dispose();

        Assert.Equal("Stopped web (id: 1)\n", (await stop.End()).Ok().Stdout);
    }

    [Fact]
    public async Task A_process_and_its_successors_get_the_environment_directory_umask_and_limits_of_who_called_and_not_of_the_daemon()
    {
        await using var home = new SentinelHome();
        home.EnvFile(".env", "SHAPE=round");
        await home.RunDaemon(new Call { Environment = Variable("COLOUR", "red"), Through = Call.AfterShell("umask 027;") });
        var folder = Directory.CreateDirectory(Path.Combine(home.Work, "here")).FullName;

        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000")
        {
            Environment = Variable("SIZE", "large"),
            Folder = folder,
            Through = Call.AfterShell("umask 077;"),
        });

        AssertIsOfTheCaller(web.Process);
        web.Process.Signal(Signals.Kill);
        AssertIsOfTheCaller(await home.SuccessorOf(web.Process));

        void AssertIsOfTheCaller(Live process)
        {
            Assert.Equal(folder, process.Folder);
            Assert.Equal("0077", process.Status("Umask"));
            Assert.Equal("large", process.Environment["SIZE"]);
            Assert.Empty(process.Environment.Keys.Intersect(["COLOUR", "SHAPE"]));
            Assert.Equal([0, 1, 2], process.Descriptors.Keys);
            Assert.Equal(process.Pid, process.Session);
            Assert.Equal("0000000000000000", process.Status("SigBlk"));
            Assert.Equal("0000000000000000", process.Status("SigIgn"));
        }
    }

    [Fact]
    public async Task Whoever_talks_nonsense_is_told_so_or_cut_off_and_the_daemon_goes_on()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();

        // A length that is none, one that is huge, and text of no protocol.
        foreach (var nonsense in (byte[][])[[0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [.. "GET / HTTP/1.1\r\n\r\n"u8]])
            Assert.Null(await Exchange(home, nonsense));
        Assert.Contains("does not understand", await Exchange(home, Frame("{")));
        Assert.Contains("does not understand", await Exchange(home, Frame("[]")));
        Assert.Contains("does not understand", await Exchange(home, Frame("""{"protocol":4,"is":"dance"}""")));
        Assert.Contains("does not understand", await Exchange(home, Frame("""{"protocol":4,"is":"stop","targets":7}""")));
        Assert.Contains("refused", await Exchange(home, Frame("""{"protocol":4,"is":"working"}""")));
        Assert.Contains("does not understand", await Exchange(home, Frame(new string('[', 100_000))));

        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
        Assert.Null((await home.DescribeDaemon()).LastError);
    }

    [Fact]
    public async Task A_program_can_read_logs_and_have_the_machine_checked()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("web", SentinelHome.Actor, "lines", "5", "0");
        await Wait.Until(() => File.Exists(home.Stdout("web")) && File.ReadAllLines(home.Stdout("web")).Length >= 5, () => "it has written");

        var last = (await Ask("""{"protocol":4,"is":"query","about":"log","target":"web","stream":"stdout","lines":2}"""))["page"]!;
        Assert.Equal(2, last["lines"]!.AsArray().Count);
        var before = (await Ask($$"""{"protocol":4,"is":"query","about":"log","target":"web","stream":"stdout","lines":9,"before":{{last["before"]}}}"""))["page"]!;
        Assert.Equal(3, before["lines"]!.AsArray().Count);

        var findings = (await Ask("""{"protocol":4,"is":"query","about":"findings"}"""))["findings"]!.AsArray();
        Assert.Contains(findings, finding => (string?)finding!["area"] == "daemon" && (string?)finding["level"] == "ok");
        var nobody = await Ask("""{"protocol":4,"is":"query","about":"environment","target":"nobody","withValues":true}""");
        Assert.Equal("not-found", (string?)nobody["missing"]![0]!["code"]);

        // Before the answer the daemon says that it is at work.
        async Task<JsonNode> Ask(string query)
        {
            var reply = (await Exchange(home, Frame(query)))!;
            return JsonNode.Parse(reply[reply.LastIndexOf("""{"protocol":""", StringComparison.Ordinal)..])!;
        }
    }

    [Fact]
    public async Task One_of_another_version_is_told_what_to_do()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();

        var reply = await Exchange(home, Frame("""{"protocol":99,"is":"stop"}"""));

        Assert.Contains("version 99", reply);
        Assert.Contains("sentinel daemon restart", reply);
    }

    [Fact]
    public async Task A_command_that_meets_a_daemon_of_another_version_says_what_to_do()
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(home.Socket));
        other.Listen();
        using var run = home.Begin("run", "sleep 1000");

        // The first connection only looks whether somebody is there.
        (await other.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
        using var asked = await other.AcceptAsync(TestContext.Current.CancellationToken);
        await asked.SendAsync(Frame("""{"protocol":99,"is":"done"}"""), TestContext.Current.CancellationToken);

        var said = (await run.End()).Fails(1).Stderr;
        Assert.Contains("version 99", said);
        Assert.Contains("sentinel daemon restart", said);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData("start", 0, "Started daemon")]
    [InlineData("status", 1, "Daemon is not running")]
    public async Task One_that_is_found_while_it_ends_is_none(string verb, int exitCode, string said)
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var ending = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ending.Bind(new UnixDomainSocketEndPoint(home.Socket));
        ending.Listen();
        using var command = home.Begin("daemon", verb);

        (await ending.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
        (await ending.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
        ending.Dispose();

        var outcome = await command.End();
        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(said, outcome.Stdout);
    }

    [Fact]
    public async Task Half_a_message_is_in_nobodys_way()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        using var half = Connect(home);
        half.Send(Frame("""{"protocol":4,"is":"hello"}""").AsSpan(0, 10));

        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
        // The rest may come later.
        half.Send(Frame("""{"protocol":4,"is":"hello"}""").AsSpan(10));
        Assert.Contains("welcome", await Reply(half));
    }

    [Fact]
    public async Task Three_hundred_that_say_nothing_are_cut_off_and_keep_others_waiting_no_longer_than_that()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        // No more than the daemon's queue takes that it has not accepted.
        var silent = Enumerable.Range(0, 300).Select(_ => Connect(home)).ToList();
        try
        {
            await Wait.Until(async () => (await home.Run("daemon", "status")).ExitCode == 0, () => "the daemon answers");
            await Wait.Until(() => silent.TrueForAll(socket => socket.Poll(0, SelectMode.SelectRead)), "all are cut off");
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }

        Assert.Equal(daemon, home.Daemon());
        await Wait.Until(() => daemon.Descriptors.Values.Count(target => target.StartsWith("socket:", StringComparison.Ordinal)) <= 3, "none is kept");
        (await home.Run("run", "--name", "web", "--", "sleep", "1000")).Ok();
    }

    [Fact]
    public async Task A_client_that_never_reads_its_reply_is_in_nobodys_way()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var deaf = Enumerable.Range(0, 50).Select(_ =>
        {
            var socket = Connect(home);
            socket.Send(Frame("""{"protocol":4,"is":"hello"}"""));
            return socket;
        }).ToList();

        (await home.Run("run", "--name", "web", "--", "sleep", "1000")).Ok();
        (await home.Run("stop", "web")).Ok();
        deaf.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Thousands_of_requests_leave_the_daemon_as_large_as_it_was()
    {
        var count = Long.Times(10_000, otherwise: 2_000);
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        Describe(count);
        var before = await daemon.LastingMemory();

        Describe(count);

        Assert.InRange(await daemon.LastingMemory() - before, long.MinValue, 2 * 1024);
        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);

        void Describe(int times)
        {
            var (frame, reply) = (Frame("""{"protocol":4,"is":"hello"}"""), new byte[4096]);
            for (var i = 0; i < times; i++)
            {
                using var socket = Connect(home);
                socket.Send(frame);
                Assert.True(socket.Receive(reply) > 4);
            }
        }
    }

    [Fact]
    public async Task A_start_copies_nothing_of_what_the_daemon_remembers()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        (await home.Run("run", "--instances", "400", "--name", "many", "--", "sleep", "1000")).Ok();
        // What it gives back meanwhile and takes again has to be kept from children once more.
        await daemon.LastingMemory();
        for (var i = 0; i < 2; i++)
            (await home.Run("restartall", "--force")).Ok();

        // At a moment when it has neither just given back what that took, nor taken more since the last start.
        var memory = daemon.Memory;
        await Wait.Until(
            async () =>
            {
                (await home.Run("restartall", "--force")).Ok();
                return (memory = daemon.Memory) is { Kept: >= 3 * 1024, Copied: <= 2 * 1024 };
            },
            () => $"what it remembers is kept from children: {memory}");
    }

    [Fact]
    public async Task Thousands_of_damaged_messages_leave_a_daemon_that_answers_and_a_state_that_can_be_read()
    {
        var count = Seeded.IsWhole ? 100_000 : Long.Times(3_000, otherwise: 500);
        var random = Seeded.Random();
        var frames = await Frames(
            ["run", "--name", "web", "--env", "A=1", "--port", "http", "--restart", "--max-memory", "500M", "--nice", "1", "--ttl", "2h", "--", "sleep", "1000"],
            ["run", "--instances", "2", "sleep 1000"],
            ["stop", "web", "--timeout", "1"], ["start", "web", "--update-env"], ["restart", "web"], ["delete", "web", "--logs"], ["stopall"], ["clean"], ["reset", "web"],
            ["group", "create", "shop", "--env", "A=1"], ["group", "set", "shop", "--env", "B=2"], ["group", "add", "shop", "web"], ["group", "remove", "shop", "web"],
            ["group", "delete", "shop"], ["port", "allocate", "--name", "http"], ["port", "free", "http"], ["gc", "--session", "s"], ["daemon", "status"]);
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        (await home.Run("run", "--name", "other", "--", "sleep", "1000")).Ok();
        var before = daemon.Descriptors.Count;

        for (var i = 0; i < count; i++)
        {
            var frame = random.GetItems(frames, 1)[0].ToArray();
            for (var faults = random.Next(4); faults > 0; faults--)
                frame = Damaged(frame, random);
            using var socket = Connect(home);
            // It may be cut off before it has sent all.
            Record.Exception(() => socket.Send(frame));
            Record.Exception(() => socket.Shutdown(SocketShutdown.Send));
            await Reply(socket);
        }

        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
        Assert.DoesNotContain("   at ", File.ReadAllText(home.DaemonLog));
        foreach (var look in (string[][])[["list"], ["list", "--json"], ["group", "list"], ["port", "list"], ["events"], ["doctor"]])
            Assert.DoesNotContain("fault", (await home.Run(look)).Stderr);
        // What has been accepted can be read by the next one, too.
        (await home.Run("daemon", "restart")).Ok();
        (await home.Run("stopall", "--force")).Ok();
        (await home.Run("clean")).Ok();
        await home.Start("other", "sleep", "1000");
        await Wait.Until(() => home.Daemon().Descriptors.Count <= before, () => $"{before} descriptors are open: {string.Join(' ', home.Daemon().Descriptors.Values)}");
    }

    [Fact]
    public async Task A_huge_announcement_costs_the_daemon_nothing()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var before = daemon.Memory.All;
        var header = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, 16 * 1024 * 1024);

        var waiting = Enumerable.Range(0, 50).Select(_ => Connect(home)).ToList();
        waiting.ForEach(socket => socket.Send(header));
        await home.DescribeDaemon();

        Assert.InRange(daemon.Memory.All - before, long.MinValue, 8 * 1024);
        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Another_user_is_refused()
    {
        Needs.Root();
        Needs.Program("setpriv");
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        // As if the file permissions, which come first, had been given away.
        const UnixFileMode everybody = (UnixFileMode)0b111_111_111;
        File.SetUnixFileMode(home.Socket, everybody);
        File.SetUnixFileMode(home.Folder, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(home.Root, (UnixFileMode)0b111_101_101);
        var binary = await home.CopyBinary();

        foreach (var word in new[] { "status", "stop" })
        {
            var asked = (await home.Run(new Call
            {
                Through = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", "exec \"$0\" daemon \"$1\"", binary, word],
                Folder = "/",
            })).Fails(1);
            Assert.Empty(asked.Stdout);
            Assert.Contains("belongs to another user", asked.Stderr.ReplaceLineEndings(" "));
        }

        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
    }

    private static Dictionary<string, string?> Variable(string name, string value) => new() { [name] = value };

    private static byte[] Frame(string json)
    {
        var frame = new byte[4 + Encoding.UTF8.GetByteCount(json)];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - 4);
        Encoding.UTF8.GetBytes(json, frame.AsSpan(4));
        return frame;
    }

    // As they come from real commands.
    private static async Task<byte[][]> Frames(params string[][] commands)
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(home.Socket));
        other.Listen();
        var frames = new List<byte[]>();
        foreach (var command in commands)
        {
            var sent = home.Begin(new Call(command) { Folder = "/" });
            (await other.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
            using var asked = await other.AcceptAsync(TestContext.Current.CancellationToken);
            var header = new byte[4];
            await asked.ReceiveAsync(header, TestContext.Current.CancellationToken);
            var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
            for (var received = 0; received < body.Length;)
                received += await asked.ReceiveAsync(body.AsMemory(received), TestContext.Current.CancellationToken);
            frames.Add([.. header, .. body]);
            // It would try again where the daemon only hung up.
            await asked.SendAsync(Frame("""{"protocol":4,"is":"refused","why":"no"}"""), TestContext.Current.CancellationToken);
            asked.Close();
            (await sent.End()).Fails(1);
        }

        return [.. frames];
    }

    private static byte[] Damaged(byte[] frame, Random random)
    {
        var body = frame.AsSpan(Math.Min(4, frame.Length)).ToArray();
        var at = random.Next(body.Length + 1);
        var end = Math.Min(body.Length, at + random.Next(20));
        byte[] put = [.. random.GetItems(Nonsense, 1)[0]];
        byte[] damaged = random.Next(6) switch
        {
            0 => [.. body[..at]],
            1 => [.. body[..at], .. body[end..]],
            2 => [.. body[..end], .. body[at..]],
            3 => [.. body[..at], (byte)random.Next(256), .. body[Math.Min(at + 1, body.Length)..]],
            4 => [.. body[..at], .. put, .. body[at..]],
            _ => [.. body[..at], .. put, .. body[end..]],
        };
        byte[] header = [0, 0, 0, 0];
        // Now and then it announces what does not come, or less than comes.
        BinaryPrimitives.WriteInt32LittleEndian(header, random.Next(10) == 0 ? random.Next() : damaged.Length);
        return [.. header, .. damaged];
    }

    private static Socket Connect(SentinelHome home)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(home.Socket));
        return socket;
    }

    /// <summary>The reply's JSON; null when there was none before the connection was closed.</summary>
    private static async Task<string?> Exchange(SentinelHome home, byte[] bytes)
    {
        using var socket = Connect(home);
        socket.Send(bytes);
        return await Reply(socket);
    }

    private static async Task<string?> Reply(Socket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var received = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is > 0 and var read)
                received.AddRange(buffer[..read]);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It was cut off with something that it had not read.
        }

        return received.Count > 4 ? Encoding.UTF8.GetString([.. received[4..]]) : null;
    }

    // What a command told, but for the pids and the folder.
    private static (int ExitCode, string Stdout, string Stderr) Told(SentinelHome home, Outcome outcome) => (
        outcome.ExitCode,
        Digits().Replace(outcome.Stdout.Replace(home.Root, "ROOT"), "$1 N"),
        string.Concat(outcome.Stderr.Replace(home.Root, "ROOT").Split('\n').Where(line => !line.Contains("daemon") && !line.Contains("sentinel commands"))));

    [GeneratedRegex(@"(pid""?:) \d+", RegexOptions.IgnoreCase)]
    private static partial Regex Digits();
}
