using System.CommandLine;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sentinel.Hosts;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>The part of <c>deploy</c> on the machine to which something is deployed. Prints the number of a release.</summary>
internal static class ReleaseCommand
{
    public const string Name = "release", Receive = "receive", Use = "use";

    public static Command Create()
    {
        var command = new Command(Name) { Hidden = true };
        var project = new Argument<string>("project");
        var kept = new Option<int>("--keep") { DefaultValueFactory = _ => DeployCommand.KeptByDefault };
        var receive = new Command(Receive) { project, kept };
        receive.Check(result => SharedOptions.CheckName(result.GetValue(project)));
        receive.SetAction(result => Do(result, project, deployment =>
        {
            using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            return deployment.Receive(input, result.GetValue(kept));
        }));
        var number = new Option<int?>("--number");
        var use = new Command(Use) { project, number };
        use.Check(result => SharedOptions.CheckName(result.GetValue(project)));
        use.SetAction(result => Do(result, project, deployment => deployment.Use(result.GetValue(number))));
        command.Subcommands.Add(receive);
        command.Subcommands.Add(use);
        return command;
    }

    private static int Do(ParseResult result, Argument<string> project, Func<Deployment, int> work)
    {
        using var session = new Session(isJson: false);
        try
        {
            var number = work(new Deployment(session.Home, result.GetValue(project)!));
            session.Output.Line(number.ToString(CultureInfo.InvariantCulture));
            return ExitCode.Success;
        }
        catch (InvalidDataException e)
        {
            return Session.Fail(Text.Printable(e.Message));
        }
    }
}
