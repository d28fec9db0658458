using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Linux.Sockets;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class RequestServerTests : IDisposable
{
    private static readonly DaemonStatus Status = new(9, "1.2.3", DateTimeOffset.UnixEpoch, 5, 4, 3, "no space left");

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly Query All = new Query.Processes(new Selection.All());

    private readonly TempFolder _folder = new();
    private readonly Looping _looping = new();
    private readonly SentinelHome _home;
    private readonly List<string> _warnings = [];
    private readonly ConcurrentQueue<Exception> _failures = [];
    private RequestServer? _server;

    public RequestServerTests() => _home = new SentinelHome(_folder.Path);

    public void Dispose()
    {
        if (_server is not null)
            _looping.On(_server.Dispose);
        _looping.Dispose();
        _folder.Dispose();
        Assert.Empty(_looping.Failures);
    }

    [Fact]
    public void A_message_is_answered()
    {
        var asked = new List<Message>();
        Serve(message =>
        {
            asked.Add(message);
            return message is Message.Ask
                ? new Message.Done([new Outcome.Failed("7", null, "there is no process with the id 7")], ["it is late"])
                : new Message.Welcome(Status);
        });

        Assert.Equal(Status, Client().Describe());
        var outcome = Assert.Single(Client().Do(new Request.RestartDue()).Now());

        Assert.Equal(new Outcome.Failed("7", null, "there is no process with the id 7"), outcome);
        Assert.Equal(["it is late"], _warnings);
        Assert.Equal([new Message.Hello(), new Message.Ask(new Request.RestartDue())], asked);
    }

    [Fact]
    public void A_message_larger_than_what_the_kernel_holds_is_answered_by_one_as_large()
    {
        var large = new string('x', 3 * 1024 * 1024);
        Serve(message => new Message.Done([new Outcome.Failed(((Selection.Named)((Request.Reset)((Message.Ask)message).Request).Selection).Targets[0], null, large)], []));

        var outcome = Assert.Single(Client().Do(new Request.Reset(new Selection.Named([large]))).Now());

        Assert.Equal(new Outcome.Failed(large, null, large), outcome);
    }

    [Fact]
    public void What_goes_wrong_is_refused_with_the_reason()
    {
        ServeSlowly(_ => throw new IOException("no space left on device"));
        Assert.Equal("no space left on device", Assert.Throws<DaemonException>(() => Client().Describe()).Message);
    }

    [Fact]
    public void A_fault_is_told_as_one_and_kept_with_where_it_is()
    {
        ServeSlowly(_ => throw new InvalidOperationException("Nullable object must have a value."));

        Assert.Contains("This is a fault in sentinel", Assert.Throws<DaemonException>(() => Client().Describe()).Message);
        Assert.NotNull(Assert.IsType<InvalidOperationException>(_failures.Single()).StackTrace);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_its_client_has_given_up_is_not_begun(bool isClosed)
    {
        var asked = 0;
        Serve(message =>
        {
            asked += message is Message.Ask ? 1 : 0;
            return new Message.Welcome(Status);
        });
        using var leaving = Connect();
        // It is on its way while the daemon has no time.
        _looping.On(() =>
        {
            leaving.Send(Protocol.Write(new Message.Ask(new Request.RestartDue())));
            if (isClosed)
                leaving.Dispose();
            else
                leaving.Shutdown(SocketShutdown.Send);
        });

        Assert.Equal(Status, Client().Describe());
        Assert.Equal(0, asked);
    }

    [Fact]
    public void That_it_begins_is_said_before_it_does()
    {
        var answer = new TaskCompletionSource<Message>();
        ServeSlowly(_ => new ValueTask<Message>(answer.Task));
        using var socket = Connect();
        socket.Send(Protocol.Write(new Message.Ask(new Request.RestartDue())));

        Assert.Equal(new Message.Working(), RawClient.Receive(socket));
        _looping.On(() => answer.SetResult(new Message.Refused("at last")));
        Assert.Equal(new Message.Refused("at last"), Reply(socket));
    }

    [Fact]
    public void Who_hangs_up_before_it_begins_has_begun_nothing()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_home.Socket));
        listener.Listen();
        var answering = Task.Run(
            () =>
            {
                listener.Accept().Dispose();
                using var socket = listener.Accept();
                RawClient.Receive(socket);
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Throws<DaemonGoneException>(() => Client().Do(new Request.RestartDue()).Now());
        Looping.Get(answering);
    }

    [Fact]
    public void Only_its_owner_may_connect()
    {
        Serve(_ => new Message.Working());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Socket));
    }

    [Fact]
    public void A_folder_whose_name_is_too_long_for_a_socket_is_none_for_us()
    {
        var home = new SentinelHome(_folder[new string('x', 200)]);
        Directory.CreateDirectory(home.Folder);
        _server = _looping.On(() => new RequestServer(home.Socket, _looping.Loop, _ => ValueTask.FromResult<Message>(new Message.Welcome(Status))));

        Assert.Equal(Status, DaemonClient.Find(home, Assert.Fail)!.Describe());
    }

    [Fact]
    public void One_who_is_slow_silent_or_talks_half_keeps_nobody_waiting()
    {
        var first = new TaskCompletionSource<Message>();
        ServeSlowly(message => message is Message.Ask ? new ValueTask<Message>(first.Task) : ValueTask.FromResult<Message>(new Message.Welcome(Status)));
        using var silent = Connect();
        using var half = Connect();
        half.Send(Protocol.Write(new Message.Hello()).AsSpan(0, 10));
        using var waiting = Connect();
        waiting.Send(Protocol.Write(new Message.Ask(new Request.RestartDue())));

        Assert.Equal(Status, Client().Describe());

        half.Send(Protocol.Write(new Message.Hello()).AsSpan(10));
        Assert.Equal(new Message.Welcome(Status), Reply(half));
        _looping.On(() => first.SetResult(new Message.Refused("at last")));
        Assert.Equal(new Message.Refused("at last"), Reply(waiting));
    }

    [Fact]
    public void A_message_that_comes_byte_by_byte_is_answered()
    {
        Serve(_ => new Message.Welcome(Status));
        using var socket = Connect();
        foreach (var one in Protocol.Write(new Message.Hello()))
            socket.Send([one]);

        Assert.Equal(new Message.Welcome(Status), Reply(socket));
        Assert.Equal(0, socket.Receive(new byte[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(Protocol.LongestFrame + 1)]
    public void Who_announces_what_nobody_sends_is_cut_off(int length)
    {
        Serve(_ => new Message.Welcome(Status));
        using var socket = Connect();
        var header = new byte[Protocol.HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);

        socket.Send(header);

        Assert.Equal(0, socket.Receive(new byte[1]));
        Assert.Equal(Status, Client().Describe());
    }

    [Fact]
    public void Who_talks_nonsense_is_told_so()
    {
        Serve(_ => new Message.Welcome(Status));
        using var socket = Connect();
        socket.Send([4, 0, 0, 0, .. "what"u8]);

        Assert.StartsWith("the daemon does not understand the request", Assert.IsType<Message.Refused>(Reply(socket)).Why);
    }

    [Fact]
    public void Who_speaks_another_version_is_told_what_to_do()
    {
        Serve(_ => new Message.Welcome(Status));
        using var socket = Connect();
        var body = """{"protocol":99,"is":"describe"}"""u8;
        socket.Send([(byte)body.Length, 0, 0, 0, .. body]);

        Assert.Contains($"version {Protocol.Version} of its protocol and this command version 99; 'sentinel daemon restart'", Assert.IsType<Message.Refused>(Reply(socket)).Why);
    }

    [Fact]
    public void Who_leaves_before_the_answer_harms_nobody()
    {
        var answer = new TaskCompletionSource<Message>();
        var isAsked = new TaskCompletionSource<bool>();
        ServeSlowly(message =>
        {
            if (message is not Message.Ask)
                return ValueTask.FromResult<Message>(new Message.Welcome(Status));
            isAsked.SetResult(true);
            return new ValueTask<Message>(answer.Task);
        });
        using (var leaving = Connect())
        {
            leaving.Send(Protocol.Write(new Message.Ask(new Request.RestartDue())));
            Looping.Get(isAsked.Task);
        }

        _looping.On(() => answer.SetResult(new Message.Welcome(Status)));

        Assert.Equal(Status, Client().Describe());
    }

    [Fact]
    public void More_than_are_served_at_once_wait_until_others_have_gone()
    {
        Serve(_ => new Message.Welcome(Status));
        var silent = Enumerable.Range(0, 300).Select(_ => Connect()).ToList();
        using var late = Connect();
        late.Send(Protocol.Write(new Message.Hello()));

        silent.ForEach(socket => socket.Dispose());

        Assert.Equal(new Message.Welcome(Status), Reply(late));
    }

    [Fact]
    public void While_an_answer_takes_long_it_says_that_it_works()
    {
        var answer = new TaskCompletionSource<Message>();
        ServeSlowly(_ => new ValueTask<Message>(answer.Task));
        using var socket = Connect();
        socket.Send(Protocol.Write(new Message.Hello()));

        Assert.Equal(new Message.Working(), RawClient.Receive(socket));

        _looping.On(() => answer.SetResult(new Message.Welcome(Status)));
        Assert.Equal(new Message.Welcome(Status), Reply(socket));
    }

    [Fact]
    public void A_client_waits_on_while_it_is_told_that_somebody_works()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_home.Socket));
        listener.Listen();
        var answering = Task.Run(
            () =>
            {
                // The first is who only looks whether somebody is there.
                listener.Accept().Dispose();
                using var socket = listener.Accept();
                RawClient.Receive(socket);
                return socket.Send([.. Protocol.Write(new Message.Working()), .. Protocol.Write(new Message.Working()), .. Protocol.Write(new Message.Welcome(Status))]);
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(Status, Client().Describe());
        Looping.Get(answering);
    }

    [Theory]
    [InlineData("nothing", "the daemon has just ended; try again")]
    [InlineData("half", "the daemon has just ended; try again")]
    [InlineData("nonsense", "the answer of the daemon cannot be understood")]
    [InlineData("a length that nobody sends", "the answer of the daemon cannot be understood")]
    [InlineData("another message", "the answer of the daemon cannot be understood")]
    [InlineData("another version", "the daemon speaks version 99 of its protocol")]
    public void A_client_says_what_is_wrong_with_an_answer(string answer, string said)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_home.Socket));
        listener.Listen();
        byte[] bytes = answer switch
        {
            "nothing" => [],
            "half" => Protocol.Write(new Message.Welcome(Status))[..20],
            "nonsense" => [4, 0, 0, 0, .. "what"u8],
            "a length that nobody sends" => [255, 255, 255, 255],
            "another message" => Protocol.Write(new Message.Ask(new Request.RestartDue())),
            _ => [15, 0, 0, 0, .. """{"protocol":99}"""u8],
        };
        var answering = Task.Run(
            () =>
            {
                listener.Accept().Dispose();
                using var socket = listener.Accept();
                RawClient.Receive(socket);
                return socket.Send(bytes);
            },
            TestContext.Current.CancellationToken);

        Assert.StartsWith(said, Assert.ThrowsAny<DaemonException>(() => Client().Describe()).Message);
        Looping.Get(answering);
    }

    [Fact]
    public void Where_nobody_listens_there_is_no_daemon()
    {
        Assert.Null(DaemonClient.Find(_home, Assert.Fail));
        Assert.Null(DaemonClient.Find(new SentinelHome(_folder["no such folder"]), Assert.Fail));

        // One that was killed leaves its socket behind.
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(_home.Socket));
            File.Move(_home.Socket, _folder["kept"]);
        }

        File.Move(_folder["kept"], _home.Socket);
        Assert.Null(DaemonClient.Find(_home, Assert.Fail));

        Serve(_ => new Message.Welcome(Status));
        Assert.Equal(Status, Client().Describe());
    }

    [Fact]
    public void A_daemon_that_has_ended_since_is_told_of()
    {
        Serve(_ => new Message.Welcome(Status));
        var client = Client();
        _looping.On(_server!.Dispose);

        Assert.False(File.Exists(_home.Socket));
        Assert.Contains("try again", Assert.Throws<DaemonGoneException>(client.Describe).Message);
    }

    [Fact]
    public void A_socket_that_somebody_took_away_is_made_again()
    {
        Serve(_ => new Message.Welcome(Status));
        _looping.On(_server!.KeepThere);
        File.Delete(_home.Socket);
        Assert.Null(DaemonClient.Find(_home, Assert.Fail));

        _looping.On(_server!.KeepThere);

        Assert.Equal(Status, Client().Describe());
    }

    [Fact]
    public void Who_can_do_without_a_daemon_gets_its_answer_even_if_that_takes_long_once_it_has_said_something()
    {
        // One for each who asks: what waits for the same task may go on in another thread.
        var answers = new List<TaskCompletionSource<Message>>();
        ServeSlowly(_ =>
        {
            answers.Add(new TaskCompletionSource<Message>());
            return new ValueTask<Message>(answers[^1].Task);
        });
        var asking = Task.Run(() => DaemonClient.AskIfThere(_home, All), TestContext.Current.CancellationToken);

        // By the second time that it says so it has taken longer than anybody waits for a first word.
        using var other = Connect();
        other.Send(Protocol.Write(new Message.Inquire(All)));
        Assert.Equal([new Message.Working(), new Message.Working()], [RawClient.Receive(other), RawClient.Receive(other)]);
        _looping.On(() => answers.ForEach(answer => answer.SetResult(new Message.Answered(new Answer.Processes([], 0) { Warnings = ["it is late"] }))));

        Assert.Equal(["it is late"], Assert.IsType<Answer.Processes>(Looping.Get(asking)).Warnings);
    }

    [Fact]
    public void Who_can_do_without_a_daemon_is_told_nothing_by_one_that_is_gone_silent_or_of_another_version()
    {
        Assert.Null(DaemonClient.AskIfThere(_home, All));
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(_home.Socket));
            listener.Listen();
            Assert.Null(DaemonClient.AskIfThere(_home, All));
        }

        File.Delete(_home.Socket);
        Serve(_ => throw new JsonException("there is no request 'query'"));
        Assert.Null(DaemonClient.AskIfThere(_home, All));
        _looping.On(_server!.Dispose);
        Serve(_ => new Message.Done([], []));
        Assert.Null(DaemonClient.AskIfThere(_home, All));
    }

    private void Serve(Func<Message, Message> answer) => ServeSlowly(message => ValueTask.FromResult(answer(message)));

    private void ServeSlowly(Func<Message, ValueTask<Message>> answer) =>
        _server = _looping.On(() => new RequestServer(_home.Socket, _looping.Loop, answer, _failures.Enqueue));

    private DaemonClient Client() => DaemonClient.Find(_home, _warnings.Add)!;

    private Socket Connect() => RawClient.Connect(_home, Deadline);

    private static Message Reply(Socket socket)
    {
        while (true)
            if (RawClient.Receive(socket) is not Message.Working and var reply)
                return reply;
    }
}
