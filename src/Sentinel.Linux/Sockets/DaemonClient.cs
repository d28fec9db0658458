using System.Diagnostics;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

namespace Sentinel.Linux.Sockets;

/// <summary>The daemon, as commands reach it.</summary>
public sealed class DaemonClient : ISupervisor
{
    /// <summary>How long to wait for the daemon, which says something at least once a second.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(4);

    // A daemon that starts a thousand processes at once has no time to say something, but it uses the CPU.
    private static readonly TimeSpan WorkLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Recently = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookInterval = Recently / 2;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    // How long a daemon that is not needed may take until it says something.
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(300);

    private readonly SentinelHome _home;
    private readonly Action<string> _warn;
    private readonly bool _isNeeded;

    // Whether the daemon has said that it begins, or may say so at any moment.
    private bool _hasBegun;
    // Whether anything came from the daemon, and whether it was asked to do something.
    private bool _isHeard;
    private bool _isAsked;

    private Idleness? _idle;

    private DaemonClient(SentinelHome home, Action<string> warn, bool isNeeded = true) => (_home, _warn, _isNeeded) = (home, warn, isNeeded);

    /// <summary>Null when no daemon is running.</summary>
    /// <param name="warn">Gets the warnings of the daemon.</param>
    public static DaemonClient? Find(SentinelHome home, Action<string> warn)
    {
        using var socket = UnixSocket.Connect(home.Socket, out var isBusy);
        return socket is null && !isBusy ? null : new DaemonClient(home, warn);
    }

    /// <summary>Without a look whether there is one: who asks it hears that (<see cref="DaemonGoneException"/>).</summary>
    /// <param name="warn">Gets the warnings of the daemon.</param>
    public static DaemonClient Of(SentinelHome home, Action<string> warn) => new(home, warn);

    /// <summary>What the daemon says of itself; null when none is running, or the one that was found is just ending.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    /// <exception cref="DaemonException">It does not answer.</exception>
    public static DaemonStatus? Describe(SentinelHome home, Action<string> warn)
    {
        try
        {
            return Find(home, warn)?.Describe();
        }
        catch (DaemonGoneException)
        {
            return null;
        }
    }

    /// <exception cref="DaemonException">It refuses, or does not answer.</exception>
    public ValueTask<IReadOnlyList<Outcome>> Do(Request request)
    {
        var done = Exchange(new Message.Ask(request)) as Message.Done ?? throw Nonsense();
        foreach (var warning in done.Warnings)
            _warn(warning);
        return ValueTask.FromResult(done.Outcomes);
    }

    /// <inheritdoc cref="Do"/>
    public DaemonStatus Describe() => (Exchange(new Message.Hello()) as Message.Welcome ?? throw Nonsense()).Status;

    /// <summary>What a daemon has to say, for one who can also do without: null if there is none, or it does not answer at once.</summary>
    public static Answer? AskIfThere(SentinelHome home, Query query)
    {
        try
        {
            return new DaemonClient(home, _ => { }, isNeeded: false).Ask(query);
        }
        catch (Exception e) when (e is DaemonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Do"/>
    public Answer Ask(Query query) => (Exchange(new Message.Inquire(query)) as Message.Answered ?? throw Nonsense()).Answer;

    /// <summary>
    /// All events after a number, as they happen, until the daemon ends: it is up to the caller to subscribe to the next one, from the
    /// number that came last. It also ends when the caller stops enumerating.
    /// </summary>
    /// <param name="isOver">Asked every second whether the caller wants no more; null: it always does.</param>
    /// <inheritdoc cref="Do"/>
    public IEnumerable<Notice> Subscribe(long after, Func<bool>? isOver = null)
    {
        using var socket = Open(new Message.Subscribe(after));
        while (isOver?.Invoke() != true && Next(socket) is { } message)
            if (message is Message.Told { Notice: var notice })
                yield return notice;
            else if (message is not Message.Working)
                throw Nonsense();
    }

    private Message Exchange(Message message)
    {
        using var socket = Open(message);
        while (true)
            switch (Next(socket))
            {
                case null:
                    // The daemon says that it begins before it does. A question can be asked again.
                    throw _isHeard && _isAsked ? Gone() : new DaemonGoneException();
                case Message.Working:
                    _hasBegun = true;
                    continue;
                case var reply:
                    return reply;
            }
    }

    // A connection on which something was asked.
    private SafeFileHandle Open(Message message)
    {
        (_hasBegun, _isHeard, _idle) = (false, false, _isNeeded ? Idleness.OfDaemon(_home) : null);
        _isAsked = message is Message.Ask;
        var socket = Connect();
        try
        {
            Send(socket, Protocol.Write(message));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Null when the daemon has hung up.
    private Message? Next(SafeFileHandle socket)
    {
        if (Receive(socket, Protocol.HeaderBytes) is not { } header
            || Receive(socket, Protocol.LengthIn(header) ?? throw Nonsense()) is not { } body)
            return null;
        try
        {
            var message = Protocol.Read(body);
            return message is Message.Refused refused ? throw new DaemonException(refused.Why, refused.Code) : message;
        }
        catch (OtherProtocolException e)
        {
            throw new DaemonException(
                $"the daemon speaks version {e.Version} of its protocol and this command version {ProtocolRange.Ours}; "
                + "'sentinel daemon restart' makes them the same and leaves your processes running",
                FailureCode.OtherProtocol);
        }
        catch (JsonException)
        {
            throw Nonsense();
        }
    }

    private SafeFileHandle Connect()
    {
        for (var begun = Stopwatch.GetTimestamp(); IsWorthWaiting(Stopwatch.GetElapsedTime(begun)); Thread.Sleep(PollInterval))
            if (UnixSocket.Connect(_home.Socket, out var isBusy) is { } socket)
                return socket;
            else if (!isBusy)
                throw new DaemonGoneException();
        throw Silent(_home, _idle, _isAsked ? false : null);
    }

    private void Send(SafeFileHandle socket, ReadOnlySpan<byte> frame)
    {
        while (!frame.IsEmpty)
            switch (UnixSocket.Write(socket, frame))
            {
                case null:
                    Wait(socket, LibC.POLLOUT);
                    break;
                case -1:
                    // The daemon may have said why.
                    return;
                case { } written:
                    frame = frame[written..];
                    break;
            }
    }

    // Null when the daemon has hung up.
    private byte[]? Receive(SafeFileHandle socket, int length)
    {
        var received = new byte[length];
        for (var count = 0; count < length;)
            switch (UnixSocket.Read(socket, received.AsSpan(count)))
            {
                case null:
                    Wait(socket, LibC.POLLIN);
                    break;
                case 0:
                    return null;
                case { } read:
                    _isHeard = true;
                    count += read;
                    break;
            }

        return received;
    }

    private unsafe void Wait(SafeFileHandle socket, short events)
    {
        var begun = Stopwatch.GetTimestamp();
        var poll = new LibC.PollFd { Fd = (int)socket.DangerousGetHandle(), Events = events };
        int ready;
        // Negative: a signal came in between.
        while ((ready = LibC.poll(&poll, 1, (int)(IsImpatient ? Courtesy : LookInterval).TotalMilliseconds)) <= 0)
            if (ready == 0 && !IsWorthWaiting(Stopwatch.GetElapsedTime(begun)))
                throw GiveUp(socket);
    }

    // In this order: the daemon first says that it begins, and then checks whether we are still there. What it has not begun by now,
    // it never will.
    private unsafe DaemonException GiveUp(SafeFileHandle socket)
    {
        LibC.shutdown(socket, LibC.SHUT_WR);
        var poll = new LibC.PollFd { Fd = (int)socket.DangerousGetHandle(), Events = LibC.POLLIN };
        var mayBeDone = _hasBegun || LibC.poll(&poll, 1, 0) > 0;
        return Silent(_home, _idle, _isAsked ? mayBeDone : null);
    }

    // Whatever it says shows that it is at work.
    private bool IsImpatient => !_isNeeded && !_isHeard;

    private bool IsWorthWaiting(TimeSpan waited)
    {
        if (IsImpatient)
            return waited < Courtesy;
        // Always look: only repeated looks show that it works.
        var idle = _idle?.Look();
        return waited < SilenceLimit || (waited < WorkLimit && idle < Recently);
    }

    /// <summary>Says that the daemon does not answer, and what to do.</summary>
    /// <param name="idle">Watched it while we waited.</param>
    /// <param name="mayBeDone">Whether the request may still be carried out; null: nothing was requested.</param>
    public static DaemonException Silent(SentinelHome home, Idleness? idle, bool? mayBeDone = null)
    {
        var pid = StateFiles.HolderOf(home.Lock);
        var who = pid is null ? "" : $" (pid {pid})";
        // A daemon that works keeps using the CPU.
        var since = idle?.Look() is { TotalSeconds: >= 1 } time ? $", and has been idle for {time.TotalSeconds:0} s" : "";
        return new DaemonException(
            $"the daemon{who} does not answer{since}.\n"
            + mayBeDone switch
            {
                true => "It had begun, and may still do what was asked for: 'sentinel list' shows the result.\n",
                false => "Nothing was done, and nothing will be.\n",
                null => "",
            }
            + "'sentinel daemon stop --force' ends it and leaves your processes running; list, status and logs work without it",
            isSilent: true);
    }

    private static DaemonException Gone() => new("the daemon ended before it was done; 'sentinel list' shows what was done");

    private static DaemonException Nonsense() => new("the answer of the daemon cannot be understood; 'sentinel daemon restart' may help");
}

/// <summary>The daemon could not be used; the message says why and what to do.</summary>
/// <param name="code">The same for programs.</param>
public class DaemonException(string message, FailureCode code = FailureCode.Fault, bool isSilent = false) : Exception(message)
{
    public FailureCode Code => code;

    /// <summary>Whether that is because it does not answer.</summary>
    public bool IsSilent => isSilent;
}

/// <summary>The daemon has ended since it was found, and has not begun what it was asked.</summary>
public sealed class DaemonGoneException() : DaemonException("the daemon has just ended; try again");
