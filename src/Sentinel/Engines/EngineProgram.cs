using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Sentinel.Core.Engines;

namespace Sentinel.Engines;

/// <summary>The program of an engine, with the user's own configuration of it.</summary>
/// <param name="name">Such as <c>docker</c>; it is looked for in the PATH.</param>
/// <param name="first">The arguments that each call begins with.</param>
internal sealed class EngineProgram(string name, IReadOnlyList<string> first)
{
    /// <summary>How long a call may take that asks or changes something.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // For what it still writes once it has ended, or was killed: something that it started may hold its output open for ever.
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    /// <summary>Where it runs; null: here.</summary>
    public string? Folder { get; init; }

    /// <summary>What one call came to.</summary>
    public sealed record Result(int ExitCode, string Output, string Told)
    {
        public bool IsOk => ExitCode == 0;

        public string Why => EngineWords.Of(Told, ExitCode);
    }

    /// <summary>Runs it to its end, and returns what it printed.</summary>
    /// <exception cref="EngineException">It is not there, does not end, or failed.</exception>
    public Task<string> Ask(params string[] arguments) => Ask(input: null, arguments);

    /// <param name="input">What it reads on its standard input; null: nothing.</param>
    /// <inheritdoc cref="Ask(string[])"/>
    public async Task<string> Ask(string? input, IReadOnlyList<string> arguments)
    {
        var result = await Call(arguments, input);
        return result.IsOk ? result.Output : throw Failed(arguments, result.Why);
    }

    /// <summary>Runs it to its end, however that is.</summary>
    /// <param name="input">What it reads on its standard input; null: nothing.</param>
    /// <exception cref="EngineException">It is not there, or does not end.</exception>
    public async Task<Result> Call(IReadOnlyList<string> arguments, string? input = null)
    {
        using var program = Start(arguments);
        using var patience = new CancellationTokenSource(Patience);
        var (output, told) = (Read(program.StandardOutput, patience.Token), Read(program.StandardError, patience.Token));
        try
        {
            if (input is not null)
                await program.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            program.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and says why.
        }
        catch (OperationCanceledException)
        {
            // As if it had read all, and does not end.
        }

        try
        {
            await program.WaitForExitAsync(patience.Token);
            patience.CancelAfter(LongestRest);
            return new Result(program.ExitCode, await output, await told);
        }
        catch (OperationCanceledException)
        {
            End(program);
            throw Failed(arguments, $"it has not answered for {Patience.TotalSeconds:0} s, and was ended");
        }
    }

    /// <summary>Passes on what it writes, line by line, until it ends.</summary>
    /// <param name="say">Gets a line, and whether it came on standard error.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> Stream(IReadOnlyList<string> arguments, Action<string, bool> say, CancellationToken end)
    {
        using var program = Start(arguments);
        program.StandardInput.Close();
        try
        {
            await Task.WhenAll(Pass(program.StandardOutput, isError: false), Pass(program.StandardError, isError: true));
            await program.WaitForExitAsync(end);
            return program.ExitCode;
        }
        finally
        {
            if (!program.HasExited)
                End(program);
        }

        async Task Pass(StreamReader from, bool isError)
        {
            while (await from.ReadLineAsync(end) is { } line)
                say(line, isError);
        }
    }

    public EngineException Failed(IReadOnlyList<string> arguments, string why) => new($"'{name} {Doing(arguments)}' failed: {why}");

    // What it is told to do, without names and values.
    private static string Doing(IReadOnlyList<string> arguments) => string.Join(' ', arguments.TakeWhile(word => char.IsAsciiLetterLower(word[0]) && word.All(c => char.IsAsciiLetterLower(c) || c == '-')).Take(2));

    private Process Start(IReadOnlyList<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(name, [.. first, .. arguments])
            {
                WorkingDirectory = Folder ?? "",
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                StandardOutputEncoding = Encoding.UTF8,
                StandardErrorEncoding = Encoding.UTF8,
            })!;
        }
        catch (Win32Exception e)
        {
            const int noSuchFile = 2;
            throw new EngineException(e.NativeErrorCode == noSuchFile
                ? $"there is no {name} in the PATH, and it is what reaches the cluster" : $"{name} cannot be executed: {e.Message}");
        }
    }

    private static async Task<string> Read(StreamReader from, CancellationToken end)
    {
        var (text, block) = (new StringBuilder(), new char[4096]);
        try
        {
            while (await from.ReadAsync(block, end) is > 0 and var read)
                text.Append(block, 0, read);
        }
        catch (OperationCanceledException)
        {
            // What there is has to do.
        }

        return text.ToString();
    }

    private static void End(Process program)
    {
        try
        {
            program.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
