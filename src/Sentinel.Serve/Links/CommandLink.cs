using System.Diagnostics;
using System.Text;
using Sentinel.Model.Specs;

namespace Sentinel.Serve.Links;

/// <summary>
/// Changes what runs: by the commands that people type, with <c>--json</c>. So whatever is changed over HTTP is changed by the same code, says the
/// same, and goes on if this program ends meanwhile.
/// </summary>
/// <param name="program">The path of <c>sentinel</c>.</param>
/// <param name="home">Sentinel's folder.</param>
internal sealed class CommandLink(string program, string home)
{
    private const int MostAtOnce = 16;

    private readonly SemaphoreSlim _free = new(MostAtOnce);

    /// <param name="Json">What it printed; empty: it could not do it at all.</param>
    /// <param name="Told">What it told on standard error, without the labels.</param>
    internal sealed record Result(int ExitCode, byte[] Json, string Told);

    /// <param name="folder">Where it is called; null: in no project's folder.</param>
    /// <param name="gone">It is killed when nobody waits for it any more: what the daemon has begun goes on.</param>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public async Task<Result> Run(IEnumerable<string> arguments, string? folder = null, CancellationToken gone = default)
    {
        await _free.WaitAsync(gone);
        try
        {
            var start = new ProcessStartInfo(program)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardErrorEncoding = Encoding.UTF8,
                WorkingDirectory = folder ?? "/",
            };
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
            start.Environment["SENTINEL_HOME"] = home;
            start.Environment.Remove("SENTINEL_SESSION");
            start.Environment.Remove(HostNames.Variable);
            using var command = Process.Start(start)!;
            await using var killed = gone.Register(() => command.Kill());
            command.StandardInput.Close();
            var told = command.StandardError.ReadToEndAsync();
            using var json = new MemoryStream();
            await command.StandardOutput.BaseStream.CopyToAsync(json);
            await command.WaitForExitAsync();
            gone.ThrowIfCancellationRequested();
            return new Result(command.ExitCode, json.ToArray(), (await told).Trim());
        }
        finally
        {
            _free.Release();
        }
    }
}
