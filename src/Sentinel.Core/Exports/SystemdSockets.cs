using System.Globalization;
using System.Net;
using Sentinel.Core.Startup;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>The listening sockets of a process as units of their own; see systemd.socket(5).</summary>
internal static class SystemdSockets
{
    /// <summary>The units that hold what it gets.</summary>
    public static IEnumerable<string> UnitsOf(Service service, Conversion conversion) =>
        service.Spec.Sockets.Select(socket => Owner(service, socket, conversion)).Select(its => NameOf(its.Service, its.Socket, conversion));

    /// <summary>Those that no process before it has.</summary>
    public static IEnumerable<ExportedFile> Files(Service service, Conversion conversion)
    {
        service.TakeAll("socket", "on-demand");
        if (service is { Spec.OnDemand: true, Instances: > 1 })
            service.Tell("on-demand", "a connection starts only the first instance");
        foreach (var socket in service.Spec.Sockets)
        {
            var its = Owner(service, socket, conversion);
            if (its.Service == service)
            {
                yield return new ExportedFile(NameOf(service, socket, conversion), Text(service, socket, conversion));
                continue;
            }

            if (its.Socket.Name != socket.Name)
                service.TellOf("socket", socket.ToString(), $"it is called {its.Socket.Name} there, as {its.Service.Process.Name} calls it, which has the same one");
            service.Tell("on-demand", $"a connection to {socket.Address} starts {its.Service.Process.Name}, which has the same socket");
        }
    }

    private static string Text(Service service, ListenSocket socket, Conversion conversion)
    {
        var spec = service.Spec;
        var account = socket.Path is not null && spec.Treatment.User is { } user ? user.Split(':') : [];
        return new UnitText().Section("Unit")
            .Add("Description", SystemdQuoting.Text($"The socket {socket.Name} of {conversion.Project.Name}/{service.Process.Name}"))
            .Add("PartOf", Systemd.TargetOf(conversion))
            .Section("Socket")
            .Add("ListenStream", socket.Path is null ? Address(socket.EndPoint!) : SystemdQuoting.Text(socket.In(spec.WorkingDirectory).Path!))
            .Add("FileDescriptorName", socket.Name)
            .Add("Service", Systemd.UnitsOf(service, conversion).First())
            .Add("SocketUser", account is [var name, ..] ? SystemdQuoting.Text(name) : null)
            .Add("SocketGroup", account is [_, var group] ? SystemdQuoting.Text(group) : null)
            .Add("SocketMode", socket.Path is not null && service.Has("umask") ? Octal.Of(0b110_110_110 & ~spec.Umask) : null)
            .Add("RemoveOnStop", socket.Path is null ? null : "yes")
            .ToString();
    }

    // Processes that ask for the same address share one socket: it is the first one's.
    private static (Service Service, ListenSocket Socket) Owner(Service service, ListenSocket socket, Conversion conversion)
    {
        var address = socket.In(service.Spec.WorkingDirectory).Address;
        return conversion.Services.SelectMany(other => other.Spec.Sockets, (other, its) => (other, its))
            .First(one => one.its.In(one.other.Spec.WorkingDirectory).Address == address);
    }

    private static string NameOf(Service service, ListenSocket socket, Conversion conversion) => $"{Systemd.BaseOf(service, conversion)}:{socket.Name}.socket";

    // A number alone is every address.
    private static string Address(IPEndPoint point) => point.Address.Equals(IPAddress.IPv6Any) ? point.Port.ToString(CultureInfo.InvariantCulture) : point.ToString();
}
