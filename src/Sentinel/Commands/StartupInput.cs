using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Core.Startup;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Spawning;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>What is to start at boot: a command, a project or the daemon.</summary>
/// <param name="takesProjects">Whether the service manager can bring a project up and down.</param>
internal sealed class StartupInput(bool takesProjects)
{
    public Argument<string[]> Words { get; } = new("command")
    {
        Description = "Command, as 'run' takes it [default: Sentinel's daemon]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> Name { get; } = new("--name")
    {
        Description = $"Name for the service [default: {BootService.DefaultName}{(takesProjects ? $", or {BootService.DefaultName}-PROJECT" : "")}]",
        HelpName = "name",
    };

    public ProjectInput Project { get; } = new();

    public Option<string[]> Profiles { get; } = SharedOptions.Profiles();

    private readonly Option<bool> _isProject = SharedOptions.Flag("--project", "Bring a project up, after the daemon, and down at the end");

    public void AddTo(Command command)
    {
        command.Arguments.Add(Words);
        command.Options.Add(Name);
        if (takesProjects)
        {
            command.Options.Add(_isProject);
            Project.AddTo(command);
            command.Options.Add(Profiles);
        }

        command.Check(Check);
    }

    public bool HasCommand(CommandResult result) => result.GetValue(Words) is [_, ..];

    /// <summary>A file names a project as well.</summary>
    public bool IsProject(CommandResult result) => takesProjects && (result.GetValue(_isProject) || Project.IsNamedIn(result));

    private void Check(CommandResult result)
    {
        var words = result.GetValue(Words);
        // The parser takes an option that it does not know as a word of the command.
        if (words is [['-', ..] option, ..])
            throw new FormatException(!takesProjects && option == _isProject.Name ? $"{option} is for systemd, openrc and cron" : $"there is no option {option}");
        if (IsProject(result) && HasCommand(result))
            throw new FormatException("--project and --file are for a project, and a command is none; use one of them");
        if (takesProjects && !IsProject(result) && result.GetValue(Profiles) is [_, ..])
            throw new FormatException("--profile needs --project");
        if (words is [_, ..])
            Model.Specs.Command.From(words);
        if (result.GetValue(Name) is { } name && (name.Length is 0 or > 200 || !name.All(BootService.IsOfName)))
            throw new FormatException($"'{name}' cannot be the name of a service: only letters, digits and -_.@: are allowed");
    }
}

/// <summary>The service that somebody asks for.</summary>
/// <param name="IsUser">Whether a user's own service manager is to start it.</param>
/// <param name="NameOf">The name under which a service is installed; null: it is not.</param>
internal sealed record StartupAsked(StartupInput Input, ParseResult Result, Session Session, bool IsUser, Func<BootService, string?> NameOf)
{
    private string? Given => Result.GetValue(Input.Name);

    private string? User => IsUser || Environment.IsPrivilegedProcess ? null : Environment.UserName;

    private string? Home => Environment.GetEnvironmentVariable("SENTINEL_HOME") is { Length: > 0 } ? Session.Home.Folder : null;

    /// <summary>Null when it is impossible; the user has been told why.</summary>
    /// <param name="code">The exit code then.</param>
    public BootService? Service(out int code)
    {
        code = ExitCode.Failure;
        if (Input.HasCommand(Result.CommandResult))
            return OfCommand(Model.Specs.Command.From(Result.GetValue(Input.Words)!));
        if (!Input.IsProject(Result.CommandResult))
            return Daemon(Given ?? BootService.DefaultName);
        if (Input.Project.Read(Result) is not { } project)
        {
            code = ExitCode.Usage;
            return null;
        }

        if (UpCommand.ToStart(project, [], Result.GetValue(Input.Profiles)!) is null)
            return null;
        var plan = Session.Supervisor.PlanFor(Session.Store.Read(), ProjectInput.RequestOf(project, Session));
        return Named(OfProject(plan.Name, project.File));
    }

    /// <summary>The name of the unit that is there for it; null: there is none, and the user has been told.</summary>
    public string? NameToRemove()
    {
        if (Given is { } given)
            return given;
        var isProject = Input.IsProject(Result.CommandResult);
        var file = isProject ? Input.Project.PathIn(Result) : null;
        if ((isProject && file is null ? null : NameOf(file is null ? Daemon("") : OfProject("", file))) is { } name)
            return name;
        Session.Fail($"no unit of Sentinel is installed here for {(isProject ? file ?? "a project of this folder" : "this daemon")}; --name names one");
        return null;
    }

    private BootService.OfProject Named(BootService.OfProject service) => service with { Name = Given ?? NameOf(service) ?? BootService.NameFor(service.Project) };

    private BootService.Daemon Daemon(string name) => new(name, OwnPath(), User, Home);

    // With a name of its own, root gets the variables of a login, as in a shell.
    private BootService.OfProject OfProject(string name, string file) => new(
        "",
        name,
        Daemon(NameOf(Daemon("")) ?? BootService.DefaultName),
        file,
        Result.GetValue(Input.Profiles)!,
        Environment.GetEnvironmentVariable("PATH"),
        IsUser ? null : Environment.UserName);

    private BootService.Program? OfCommand(Model.Specs.Command command)
    {
        if (ProgramPath.Find(command.Arguments[0], Environment.CurrentDirectory, Environment.GetEnvironmentVariable("PATH"), out var program) is { } why)
        {
            Session.Fail(why);
            return null;
        }

        return new BootService.Program(Given ?? BootService.DefaultName, command.Text, [program, .. command.Arguments.Skip(1)], Environment.CurrentDirectory, User);
    }

    // By the name under which it is called, which stays the same when the program behind it is replaced.
    private static string OwnPath() =>
        ProgramPath.Find("sentinel", "/", Environment.GetEnvironmentVariable("PATH"), out var program) is null && ProgramPath.IsOwn(program)
            ? program
            : Environment.ProcessPath!;
}
