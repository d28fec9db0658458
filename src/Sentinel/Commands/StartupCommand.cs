using System.CommandLine;
using System.Diagnostics;
using Sentinel.Core.Startup;
using Sentinel.Linux.Spawning;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class StartupCommand
{
    private const string DefaultName = "sentinel";

    public static Command Create() => new("startup")
    {
        Systemd(),
        Other("openrc", "Print an OpenRC init script", OtherInits.OpenRc),
        Other("launchd", "Print a launchd property list", OtherInits.Launchd),
        Other("cron", "Print a crontab line", OtherInits.Cron),
    };

    private static Command Systemd()
    {
        var words = Words();
        var name = Name();
        var user = SharedOptions.Flag("--user", "Use your own service manager [default, unless you are root]");
        var system = SharedOptions.Flag("--system", "Use the service manager of the machine");
        var install = SharedOptions.Flag("--install", "Write the unit where it belongs, enable it and start it");
        var json = SharedOptions.Json();
        var command = new Command("systemd", "Print a systemd unit, or install it") { words, name, user, system, install, json };
        command.Check(result =>
        {
            Check(result.GetValue(name) ?? DefaultName, result.GetValue(words));
            if (result.GetValue(user) && result.GetValue(system))
                throw new FormatException("--user and --system cannot be used together");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var isUser = result.GetValue(user) || (!result.GetValue(system) && !Environment.IsPrivilegedProcess);
            var service = ServiceOf(session, result.GetValue(words)!, result.GetValue(name)!, isUser);
            if (service is null)
                return ExitCode.Failure;
            var unit = SystemdUnit.Of(service, isUser);
            return result.GetValue(install) ? Install(session, service, unit, isUser) : Print(session, "systemd", service, unit, null, isInstalled: false);
        }));
        return command;
    }

    private static Command Other(string kind, string description, Func<BootService, string> make)
    {
        var words = Words();
        var name = Name();
        var json = SharedOptions.Json();
        var command = new Command(kind, description) { words, name, json };
        command.Check(result => Check(result.GetValue(name) ?? DefaultName, result.GetValue(words)));
        command.SetAction(result => Invocation.InSession(result, json, session =>
            ServiceOf(session, result.GetValue(words)!, result.GetValue(name)!, isUser: true) is { } service
                ? Print(session, kind, service, make(service), null, isInstalled: false)
                : ExitCode.Failure));
        return command;
    }

    private static Argument<string[]> Words() => new("command")
    {
        Description = "Command, as 'run' takes it [default: Sentinel's daemon]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static Option<string> Name() => new("--name")
    {
        Description = "Name for the service",
        DefaultValueFactory = _ => DefaultName,
        HelpName = "name",
    };

    private static void Check(string name, string[]? words)
    {
        // The parser takes an option that it does not know as a word of the command.
        if (words is [['-', ..] option, ..])
            throw new FormatException($"there is no option {option}");
        if (words is [_, ..])
            Model.Specs.Command.From(words);
        if (name.Length is 0 or > 200 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@' or ':'))
            throw new FormatException($"'{name}' cannot be the name of a service: only letters, digits and -_.@: are allowed");
    }

    // Null when it is impossible; the user has been told why.
    private static BootService? ServiceOf(Session session, string[] words, string name, bool isUser)
    {
        var user = isUser || Environment.IsPrivilegedProcess ? null : Environment.UserName;
        if (words.Length == 0)
            return new BootService(
                name, "Sentinel, which keeps processes running", [OwnPath(), "daemon", "run"], IsDaemon: true, Folder: null, user,
                Environment.GetEnvironmentVariable("SENTINEL_HOME") is { Length: > 0 } ? session.Home.Folder : null);
        var command = Model.Specs.Command.From(words);
        if (ProgramPath.Find(command.Arguments[0], Environment.CurrentDirectory, Environment.GetEnvironmentVariable("PATH"), out var program) is { } why)
        {
            Session.Fail(why);
            return null;
        }

        return new BootService(
            name, command.Text, [program, .. command.Arguments.Skip(1)], IsDaemon: false, Environment.CurrentDirectory, user, Home: null);
    }

    // By the name under which it is called, which stays the same when the program behind it is replaced.
    private static string OwnPath() =>
        ProgramPath.Find("sentinel", "/", Environment.GetEnvironmentVariable("PATH"), out var program) is null && ProgramPath.IsOwn(program)
            ? program
            : Environment.ProcessPath!;

    private static int Install(Session session, BootService service, string unit, bool isUser)
    {
        var folder = UnitFolders.Of(isUser);
        var path = Path.Combine(folder, service.Name + ".service");
        if (File.Exists(path) && !SystemdUnit.IsOurs(File.ReadAllText(path)))
            return Session.Fail($"{path} exists already, and Sentinel did not write it; choose another name with --name");
        string[] manager = isUser ? ["systemctl", "--user"] : ["systemctl"];
        if (Failure([.. manager, "show", "--property=Version"]) is { } absent)
            return Session.Fail($"systemd does not answer here, and nothing was written: {absent}\n'sentinel startup systemd' prints the unit; 'sentinel startup --help' names other ways");
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, unit);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        string[][] calls = [[.. manager, "daemon-reload"], [.. manager, "enable", "--now", service.Name + ".service"]];
        if (calls.Select(Failure).FirstOrDefault(failure => failure is not null) is { } why)
            return Session.Fail($"wrote {path}, but {why}.\nWhere systemd runs, use: {string.Join(" && ", calls.Select(call => string.Join(' ', call)))}");
        Print(session, "systemd", service, session.IsJson ? unit : $"Wrote {path}\nEnabled and started {service.Name}\n", path, isInstalled: true);
        if (isUser)
            Output.Tell("It runs while you are logged in; 'loginctl enable-linger' makes it start at boot.");
        return ExitCode.Success;
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

    private static int Print(Session session, string kind, BootService service, string content, string? path, bool isInstalled)
    {
        if (session.IsJson)
            session.Print(Documents.Of(kind, service, content, path, isInstalled, session.Warnings));
        else
            session.Output.Write(System.Text.Encoding.UTF8.GetBytes(content));
        return ExitCode.Success;
    }
}
