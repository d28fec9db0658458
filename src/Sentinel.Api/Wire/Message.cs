
namespace Sentinel.Api.Wire;

/// <summary>What a command and a daemon say to each other, in the format of <see cref="Protocol"/>.</summary>
public abstract record Message
{
    private Message()
    {
    }

    /// <summary>From a command: do this.</summary>
    public sealed record Ask(Request Request) : Message;

    /// <summary>From a command: who are you, and what do you speak? Every version of the protocol has this message, and its reply.</summary>
    public sealed record Hello : Message;

    /// <summary>From a command: answer this.</summary>
    public sealed record Inquire(Query Query) : Message;

    /// <summary>From a command: tell me of events after this number as they happen, until I hang up.</summary>
    public sealed record Subscribe(long After) : Message;

    /// <summary>From the daemon to a subscriber: an event, or that some are missing.</summary>
    public sealed record Told(Notice Notice) : Message;

    /// <summary>From the daemon: work goes on; sent once a second until another reply comes, and to subscribers.</summary>
    public sealed record Working : Message;

    /// <summary>The daemon's reply to <see cref="Ask"/>.</summary>
    public sealed record Done(IReadOnlyList<Outcome> Outcomes, IReadOnlyList<string> Warnings) : Message;

    /// <summary>The daemon's reply to <see cref="Hello"/>.</summary>
    public sealed record Welcome(DaemonStatus Status) : Message;

    /// <summary>The daemon's reply to <see cref="Inquire"/>.</summary>
    public sealed record Answered(Answer Answer) : Message;

    /// <summary>From the daemon: the request could not be carried out at all, and why.</summary>
    public sealed record Refused(string Why, FailureCode Code = FailureCode.Refused) : Message;
}
