using System.CommandLine;
using System.Text;
using Sentinel.Api;
using Sentinel.Core.Metrics;
using Sentinel.Linux.Proc;

namespace Sentinel.Commands;

internal static class MetricsCommand
{
    private const string Prometheus = "prometheus", OpenMetrics = "openmetrics";

    private const UnixFileMode ReadByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static Command Create()
    {
        var output = new Option<string?>("--output") { Description = "Replace this file in place of printing, as node_exporter's textfile collector needs it", HelpName = "file" };
        var format = new Option<string>("--format") { Description = "The text format", HelpName = $"{Prometheus}|{OpenMetrics}", DefaultValueFactory = _ => Prometheus };
        format.AcceptOnlyFromAmong(Prometheus, OpenMetrics);
        var command = new Command("metrics") { output, format };
        command.SetAction(result =>
        {
            using var session = new Session(isJson: false) { Verb = command.Name };
            var answer = session.Ask<Answer.Metrics>(new Query.Metrics());
            var text = Encoding.UTF8.GetBytes(MetricsText.Of(answer, result.GetValue(format) == OpenMetrics ? MetricsFormat.OpenMetrics : MetricsFormat.Prometheus));
            if (result.GetValue(output) is { } file)
                Replace(Path.GetFullPath(file, Caller.FolderAsSeen), text);
            else
                session.Output.Write(text);
            return ExitCode.Success;
        });
        return command;
    }

    // Readers see the old file or the new one, each whole. They do not see this one: the collector reads only names that end in .prom.
    private static void Replace(string file, byte[] text)
    {
        var next = $"{file}.{Environment.ProcessId}.new";
        File.Delete(next);
        try
        {
            using (var stream = new FileStream(next, FileMode.CreateNew, FileAccess.Write))
                stream.Write(text);
            File.SetUnixFileMode(next, ReadByAll);
            File.Move(next, file, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }
}
