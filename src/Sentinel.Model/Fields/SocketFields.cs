using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>The sockets that are held for a process, and how it depends on who connects.</summary>
internal static class SocketFields
{
    private const string Socket = "socket", OnDemand = "on-demand";

    public static readonly SpecField[] All =
    [
        new(Socket, FieldShape.Texts, "[NAME=]address",
            "Open this listening socket for it, pass it on as systemd does (LISTEN_FDS), and keep it while it is restarted: 127.0.0.1:8080, *:80, unix:run/api.sock (repeatable)")
        {
            Heading = "Sockets",
            Get = spec => FieldTexts.Of(spec.Sockets),
            Set = (spec, value) => spec with { Sockets = value.AddedTo(spec.Sockets, ListenSocket.Parse, socket => socket.Name, "give each a name: --socket http=127.0.0.1:8080") },
        },
        new(OnDemand, FieldShape.Flag, "", "Start it when somebody connects to its socket, and not before (needs a daemon)")
        {
            Get = spec => FieldTexts.Of(spec.OnDemand),
            Set = (spec, value) => spec with { OnDemand = value.Flag },
            Needs = Socket,
            IsAtOnce = SpecField.Always,
        },
        new("idle-timeout", FieldShape.Number, "seconds", "Stop it when nobody has been connected for so long; who connects next starts it again [default: never]")
        {
            Get = spec => FieldTexts.Of(spec.IdleTimeout),
            Set = (spec, value) => spec with { IdleTimeout = value.Seconds(least: 1) },
            Needs = OnDemand,
            IsAtOnce = SpecField.Always,
        },
    ];
}
