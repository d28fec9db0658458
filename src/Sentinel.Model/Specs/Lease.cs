using Sentinel.Model.Processes;

namespace Sentinel.Model.Specs;

/// <summary>Who owns a process, and for how long. A process without a lease stays until the user ends it.</summary>
public sealed record Lease
{
    public const string SessionRule = "a session has 1 to 64 characters and no control character";

    /// <summary>Null: for any length of time.</summary>
    public Term? Term { get; init; }

    /// <summary>Null: it does not end with another process.</summary>
    public Owner? Owner { get; init; }

    /// <summary>The caller's name for the piece of work that it serves; all processes of a session are ended together.</summary>
    public string? Session { get; init; }

    /// <summary>Whether it will be over at some time without anybody saying so.</summary>
    public bool Ends => Term is not null || Owner is not null;

    public static bool IsSession(string text) =>
        !string.IsNullOrWhiteSpace(text) && text.EnumerateRunes().Count() <= 64 && !text.Any(char.IsControl);

    /// <summary>Why it is over, as a sentence without capital and full stop; null while it holds.</summary>
    public string? WhyOver(DateTimeOffset now, Func<ProcessIdentity, bool> isAlive) =>
        Owner is { } owner && !isAlive(owner.Identity) ? $"{owner} has ended"
        : Term is { } term && now >= term.Expires ? $"its --ttl of {Duration.Words(term.Length)} has expired"
        : null;

    /// <summary>The same lease with its full time ahead of it.</summary>
    public Lease Renewed(DateTimeOffset now) => Term is { } term ? this with { Term = Term.From(now, term.Length) } : this;
}

/// <summary>How long a process may run, and until when.</summary>
public sealed record Term(TimeSpan Length, DateTimeOffset Expires)
{
    public static Term From(DateTimeOffset now, TimeSpan length) => new(length, now + length);
}

/// <summary>The process whose end also ends another: a shell, an editor, an agent.</summary>
/// <param name="Program">Its name, for people; only the identity identifies it.</param>
public sealed record Owner(ProcessIdentity Identity, string Program)
{
    public override string ToString() => $"{Program} (pid {Identity.Pid})";
}
