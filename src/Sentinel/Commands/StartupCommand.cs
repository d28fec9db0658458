using System.CommandLine;
using Sentinel.Core.Startup;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Says what starts the daemon, a project or a command at boot, and has systemd do so.</summary>
internal static class StartupCommand
{
    public static Command Create() => new("startup")
    {
        Systemd(),
        Other("openrc", "Print an OpenRC init script", OtherInits.OpenRc, takesProjects: true),
        Other("launchd", "Print a launchd property list", OtherInits.Launchd, takesProjects: false),
        Other("cron", "Print a crontab line", OtherInits.Cron, takesProjects: true),
    };

    private static Command Systemd()
    {
        var input = new StartupInput(takesProjects: true);
        var user = SharedOptions.Flag("--user", "Use your own service manager [default, unless you are root]");
        var system = SharedOptions.Flag("--system", "Use the service manager of the machine");
        var install = SharedOptions.Flag("--install", "Write the unit where it belongs, enable it and start it; with --project also that of the daemon");
        var uninstall = SharedOptions.Flag("--uninstall", "Stop what --install has started, disable it and delete its unit");
        var json = SharedOptions.Json();
        var command = new Command("systemd", "Print a systemd unit, or install it");
        input.AddTo(command);
        foreach (var option in new Option[] { user, system, install, uninstall, json })
            command.Options.Add(option);
        command.Check(result =>
        {
            if (result.GetValue(user) && result.GetValue(system))
                throw new FormatException("--user and --system cannot be used together");
            if (result.GetValue(install) && result.GetValue(uninstall))
                throw new FormatException("--install and --uninstall cannot be used together");
            if (result.GetValue(uninstall) && input.HasCommand(result))
                throw new FormatException("--uninstall takes no command: --name names the unit");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var isUser = result.GetValue(user) || (!result.GetValue(system) && !Environment.IsPrivilegedProcess);
            var asked = new StartupAsked(input, result, session, isUser, service => UnitFolders.NameOf(service, isUser));
            if (result.GetValue(uninstall))
                return asked.NameToRemove() is { } name ? new UnitInstallation(session, isUser).Remove(name) : ExitCode.Failure;
            if (asked.Service(out var code) is not { } service)
                return code;
            try
            {
                return result.GetValue(install) ? new UnitInstallation(session, isUser).Install(service) : Print(session, "systemd", service, SystemdUnit.Of(service, isUser));
            }
            catch (FormatException e)
            {
                return Session.Fail(Text.Printable(e.Message));
            }
        }));
        return command;
    }

    private static Command Other(string kind, string description, Func<BootService, string> make, bool takesProjects)
    {
        var input = new StartupInput(takesProjects);
        var json = SharedOptions.Json();
        var command = new Command(kind, description);
        input.AddTo(command);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, session =>
            new StartupAsked(input, result, session, IsUser: true, NameOf: _ => null).Service(out var code) is { } service ? Print(session, kind, service, make(service)) : code));
        return command;
    }

    private static int Print(Session session, string kind, BootService service, string content)
    {
        if (session.IsJson)
            session.Print(Documents.Of(kind, service.Name, service.Command, content, path: null, isInstalled: false, session.Warnings));
        else
            session.Output.Write(System.Text.Encoding.UTF8.GetBytes(content));
        return ExitCode.Success;
    }
}
