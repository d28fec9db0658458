using System.Diagnostics;
using Sentinel.Core.Startup;
using Sentinel.Model.Processes;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Puts units where systemd finds them, and takes them away.</summary>
/// <param name="isUser">Whether for the user's own service manager.</param>
internal sealed class UnitInstallation(Session session, bool isUser)
{
    private readonly string[] _manager = isUser ? ["systemctl", "--user"] : ["systemctl"];

    /// <summary>Writes its unit, and for a project also that of the daemon unless it is there; enables and starts them.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="FormatException">It cannot be written as a unit.</exception>
    public int Install(BootService service)
    {
        var project = service as BootService.OfProject;
        var daemon = project?.After ?? service as BootService.Daemon;
        BootService[] wanted = project is null || UnitFolders.NameOf(project.After, isUser) is not null ? [service] : [project.After, service];
        var units = wanted.Select(each => (Service: each, Path: PathOf(each.Name), Unit: SystemdUnit.Of(each, isUser))).ToList();
        if (units.Select(unit => WhyTaken(unit.Path, unit.Service)).FirstOrDefault(why => why is not null) is { } taken)
            return Session.Fail(taken);
        if (WhyNoSystemd() is { } absent)
            return Session.Fail($"systemd does not answer here, and nothing was written: {absent}\n'sentinel startup systemd' prints the unit; 'sentinel startup --help' names other ways");
        Directory.CreateDirectory(UnitFolders.Of(isUser));
        foreach (var (_, path, unit) in units)
        {
            File.WriteAllText(path, unit);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            Say($"Wrote {path}");
        }

        // One that was started by hand would be in the way of the unit's.
        var ended = daemon is not null && session.FindDaemon() is not null && Failure([.. _manager, "is-active", "--quiet", $"{daemon.Name}.service"]) is not null
            ? DaemonCommand.EndDaemon(session, SignalName.Terminate) : null;
        if (ended is not null)
            Say($"Stopped daemon (pid: {ended}), which systemd starts from now on; the processes keep running");
        string[] names = project is null ? [service.Name] : [project.After.Name, project.Name];
        string[][] calls = [[.. _manager, "daemon-reload"], [.. _manager, "enable", "--now", .. names.Select(name => $"{name}.service")]];
        if (calls.Select(Failure).FirstOrDefault(failure => failure is not null) is { } why)
        {
            if (ended is not null)
                DaemonCommand.Ensure(session);
            return Session.Fail($"{why}; {string.Join(" and ", units.Select(unit => unit.Path))} {(units.Count == 1 ? "is" : "are")} written.\nWhere systemd runs, use: {string.Join(" && ", calls.Select(call => string.Join(' ', call)))}");
        }

        Say($"Enabled and started {string.Join(" and ", names)}");
        if (session.IsJson)
            session.Print(Documents.Of("systemd", service.Name, service.Command, units[^1].Unit, units[^1].Path, isInstalled: true, session.Warnings));
        session.Output.Flush();
        if (isUser)
            Output.Tell("It runs while you are logged in; 'loginctl enable-linger' makes it start at boot.");
        return ExitCode.Success;
    }

    /// <summary>Stops it, disables it and deletes its unit.</summary>
    /// <returns>The exit code.</returns>
    public int Remove(string name)
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            return Session.Fail($"there is no unit {path}");
        var unit = File.ReadAllText(path);
        if (!SystemdUnit.IsOurs(unit))
            return Session.Fail($"Sentinel did not write {path}, and leaves it alone");
        if (WhyNoSystemd() is { } absent)
            return Session.Fail($"systemd does not answer here, and nothing was deleted: {absent}");
        if (Failure([.. _manager, "disable", "--now", $"{name}.service"]) is { } why)
            return Session.Fail($"{path} is still there, for {why}");
        File.Delete(path);
        if (Failure([.. _manager, "daemon-reload"]) is { } stale)
            return Session.Fail($"deleted {path}, but {stale}");
        Say($"Stopped and disabled {name}");
        Say($"Deleted {path}");
        if (session.IsJson)
            session.Print(Documents.Of("systemd", name, SystemdUnit.CommandOf(unit), unit, path, isInstalled: false, session.Warnings));
        return ExitCode.Success;
    }

    private string PathOf(string name) => Path.Combine(UnitFolders.Of(isUser), $"{name}.service");

    private static string? WhyTaken(string path, BootService service)
    {
        if (!File.Exists(path))
            return null;
        var unit = File.ReadAllText(path);
        var another = service is BootService.Daemon ? "choose another name: 'sentinel startup systemd --install --name NAME'" : "choose another name with --name";
        return !SystemdUnit.IsOurs(unit) ? $"{path} exists already, and Sentinel did not write it; {another}"
            : !SystemdUnit.IsFor(unit, service) ? $"{path} starts something else: {Text.Printable(string.Join(' ', SystemdUnit.CommandOf(unit)))}; {another}"
            : null;
    }

    private string? WhyNoSystemd() => Failure([.. _manager, "show", "--property=Version"]);

    private void Say(string line)
    {
        if (!session.IsJson)
            session.Output.Line(line);
    }

    private static string? Failure(string[] call)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(call[0], call[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEndAsync();
            var said = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"'{string.Join(' ', call)}' failed: {said}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "systemctl was not found";
        }
    }
}
