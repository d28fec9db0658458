using System.Globalization;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>How long a process may live.</summary>
internal static class LeaseFields
{
    public static readonly SpecField[] All =
    [
        new("ttl", FieldShape.Text, "time", "Stop it after this long: 90s, 30m, 2h, 1d [default: never]")
        {
            Heading = "Lease",
            Get = spec => FieldTexts.Of(spec.Lease?.Term is { } term ? Duration.Words(term.Length) : null),
            Set = (spec, value) => With(spec, lease => lease with { Term = Length(value.Text) is { } length ? Term.From(value.Asker.Now, length) : null }),
            IsOption = false,
            IsAtOnce = SpecField.Always,
        },
        new("until", FieldShape.Text, "pid", "Stop it when this process ends: $$ is this shell, and $PPID the process that started this shell")
        {
            Get = spec => FieldTexts.Of(spec.Lease?.Owner?.Identity.Pid),
            Set = (spec, value) => With(spec, lease => lease with { Owner = Pid(value.Text) is { } pid ? value.Asker.OwnerOf(pid) : null }),
            IsOption = false,
            IsAtOnce = SpecField.Always,
        },
        new("session", FieldShape.Text, "id", "Session that it belongs to; 'gc --session' ends all processes of a session")
        {
            Get = spec => FieldTexts.Of(spec.Lease?.Session),
            Set = (spec, value) => With(spec, lease => lease with { Session = Session(value.Text) }),
            IsOption = false,
            IsAtOnce = SpecField.Always,
        },
    ];

    private static ProcessSpec With(ProcessSpec spec, Func<Lease, Lease> change) =>
        spec with { Lease = change(spec.Lease ?? new Lease()) is var lease && lease == new Lease() ? null : lease };

    private static TimeSpan? Length(string? text) => text is null ? null
        : Duration.Parse(text) is { } time && time > TimeSpan.Zero ? time
        : throw new FormatException($"--ttl takes how long (90s, 30m, 2h, 1d), not '{text}'");

    private static int? Pid(string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid
        : throw new FormatException($"--until takes the pid of a process, not '{text}'");

    private static string? Session(string? text) => text is null || Lease.IsSession(text) ? text
        : throw new FormatException($"'{text}' cannot be a session: {Lease.SessionRule}");
}
