using System.CommandLine;
using Sentinel.Core.Supervision;

namespace Sentinel.Commands;

/// <summary>
/// Decides, before the parser does, which words after <c>run</c> are its options and which are the command. Before the command, a word
/// with a dash is an option; from the first word of the command on, only an option that <c>run</c> knows is; after --, nothing is. The
/// first -- ends the options if no command has begun, and is part of the command if one has.
/// </summary>
internal sealed class RunWords
{
    private const string Run = "run", Restart = "--restart", Watch = "--watch", End = "--";

    // Words that are read as the value of --restart wherever a word follows that can be the command.
    private static readonly string[] Rules = ["always", "on-failure", "no", "never"];

    // Words that are such values elsewhere, and are programs here.
    private static readonly string[] Programs = ["yes", "true"];

    // How we tell the parser, which does not see the order.
    private static readonly Option<bool> Exact = new("--words-after-end") { Hidden = true, Arity = ArgumentArity.Zero };
    private static readonly Option<string?> Fault = new("--words-at-fault") { Hidden = true };
    private static readonly Option<string[]> Taken = new("--words-taken") { Hidden = true };

    private readonly List<string> _options = [];
    private readonly List<string> _command = [];
    private readonly List<string> _taken = [];
    private readonly List<Option> _known;
    // Where it says on which machines: the words are counted from the end of the line.
    private readonly List<(int Left, int Count)> _hosts = [];
    private bool _isExact;
    private string? _fault;

    private RunWords(System.CommandLine.Command root) => _known =
    [
        .. root.Subcommands.Single(command => command.Name == Run).Options.Where(option => !option.Hidden),
        .. root.Options.Where(option => option.Recursive),
    ];

    private bool HasLine => _command is [var first, ..] && first.Any(char.IsWhiteSpace) && !File.Exists(first);

    public static void AddTo(System.CommandLine.Command run)
    {
        run.Options.Add(Exact);
        run.Options.Add(Fault);
        run.Options.Add(Taken);
        run.Check(result =>
        {
            if (result.GetValue(Fault) is { } fault)
                throw new FormatException(fault);
        });
    }

    /// <summary>Whether the command is what follows --, none of which is to be split.</summary>
    public static bool IsExact(System.CommandLine.Parsing.SymbolResult result) => result.GetValue(Exact);

    /// <summary>The options between or after the words of a command, which could be that command's.</summary>
    public static string[] TakenIn(ParseResult result) => result.GetValue(Taken)!;

    /// <summary>A command line without what says on which machines it is to be carried out.</summary>
    public static string[] WithoutHosts(System.CommandLine.Command root, string[] arguments)
    {
        var at = Array.FindIndex(arguments, argument => argument != Invocation.Debug.Name);
        if (at < 0 || arguments[at] != Run)
            return [.. Arguments.Without(arguments, [HostOption.Name], [])];
        var words = new RunWords(root);
        words.Read(arguments.AsSpan(at + 1));
        return [.. arguments.Where((_, i) => !words._hosts.Exists(host => i >= arguments.Length - host.Left && i < arguments.Length - host.Left + host.Count))];
    }

    /// <summary>The command line in a form that the parser understands.</summary>
    public static string[] Readable(System.CommandLine.Command root, string[] arguments)
    {
        var at = Array.FindIndex(arguments, argument => argument != Invocation.Debug.Name);
        if (at < 0 || arguments[at] != Run)
            return WithRules(arguments);
        var words = new RunWords(root);
        words.Read(arguments.AsSpan(at + 1));
        if (words._fault is { } fault)
            return [.. arguments[..(at + 1)], $"{Fault.Name}={fault}", End, Run];
        return
        [
            .. arguments[..(at + 1)],
            .. words._options,
            .. words._isExact ? [Exact.Name] : Array.Empty<string>(),
            .. words._command.Count > 1 ? words._taken.Select(taken => $"{Taken.Name}={taken}") : [],
            .. words._command.Count > 0 ? words._command.Prepend(End) : [],
        ];
    }

    private void Read(ReadOnlySpan<string> rest)
    {
        while (!rest.IsEmpty && _fault is null)
        {
            if (rest[0] == End)
            {
                _isExact = _command.Count == 0;
                _command.AddRange(_isExact ? rest[1..] : rest);
                return;
            }

            if (!rest[0].StartsWith('-') || rest[0] == "-")
                _command.Add(rest[0]);
            else if (Find(rest[0]) is { } option)
            {
                var count = Take(option, rest);
                if (_command.Count > 0)
                    _taken.Add(string.Join(' ', rest[..count].ToArray()));
                rest = rest[count..];
                continue;
            }
            else if (_command.Count == 0 || HasLine)
                _fault = Unknown(rest);
            else
                _command.Add(rest[0]);
            rest = rest[1..];
        }
    }

    /// <returns>How many words the option has, with its value.</returns>
    private int Take(Option option, ReadOnlySpan<string> rest)
    {
        if (WithRule(rest[0]) is { } ruled)
        {
            _options.AddRange(ruled);
            return 1;
        }

        if (option.Name == Restart)
            return TakeRestart(rest);
        var hasValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) && !IsWhole(rest[0])
            && rest.Length > 1 && rest[1] != End && Find(rest[1]) is null;
        var count = hasValue ? 2 : 1;
        _options.AddRange(rest[..count]);
        if (option.Name == HostOption.Name)
            _hosts.Add((rest.Length, count));
        return count;
    }

    private int TakeRestart(ReadOnlySpan<string> rest)
    {
        _options.Add(Restart);
        var next = rest.Length > 1 ? rest[1] : "";
        var isLast = rest.Length == 2;
        // A single word between --restart and -- is not a command.
        var isValue = (_command.Count == 0 && rest.Length > 2 && rest[2] == End && !next.StartsWith('-')) || (Rules.Contains(next) && (!isLast || _command.Count > 0));
        if (isValue)
        {
            _options[^1] = SpecOptions.RuleOption(Restart);
            _options.Add(next);
            return 2;
        }

        if (_command.Count == 0 && isLast && Rules.Contains(next))
            _fault = $"{Restart} {next} leaves no command to run; '{Run} {Restart} -- {next}' runs a program of that name";
        else if (_command.Count == 0 && !isLast && Programs.Contains(next))
            _fault = $"{Restart} {next} has two meanings: {Restart}=always restarts what follows, and '{Run} {Restart} -- {next}' runs the program {next}";
        return 1;
    }

    private Option? Find(string word)
    {
        if (!word.StartsWith('-'))
            return null;
        var name = NameOf(word);
        // Many servers have an option of this name, and many builders one to watch. Behind a whole command line none of these words is theirs.
        if ((name == HostOption.Name || name.StartsWith(Watch, StringComparison.Ordinal)) && _command.Count > 0 && !HasLine)
            return null;
        return _known.Find(option => option.Name == name || option.Aliases.Contains(name))
            // -eNAME=value.
            ?? (word.Length > 2 && word[1] != '-' ? _known.Find(option => option.Aliases.Contains(word[..2]) && option.Arity.MaximumNumberOfValues > 0) : null);
    }

    private static bool IsWhole(string word) => NameOf(word) != word || (word.Length > 2 && word[1] != '-');

    private static string NameOf(string word) => word.IndexOfAny(['=', ':']) is > 0 and var end ? word[..end] : word;

    private string Unknown(ReadOnlySpan<string> rest)
    {
        var name = NameOf(rest[0]);
        var nearest = name.Length <= 2 ? null : Spelling.Nearest(name, _known.SelectMany(option => option.Aliases.Prepend(option.Name)));
        var hasEnd = rest.Contains(End);
        return $"'{Run}' has no option {name}{(nearest is null ? "" : $"; did you mean '{nearest}'?")}"
            + (hasEnd ? nearest is null ? "; words before -- are options of run, or begin the command" : ""
                : nearest is null ? "; if it is part of the command, put -- before the command" : " If it is part of the command, put -- before the command");
    }

    // For the other commands, whose words are not a command line.
    private static string[] WithRules(string[] arguments)
    {
        var readable = new List<string>();
        for (ReadOnlySpan<string> rest = arguments; !rest.IsEmpty; rest = rest[1..])
        {
            if (rest[0] == End)
            {
                readable.AddRange(rest);
                break;
            }

            if (WithRule(rest[0]) is { } ruled)
                readable.AddRange(ruled);
            else if (rest[0] == Restart && rest.Length > 1 && Rules.Contains(rest[1]))
            {
                readable.AddRange(SpecOptions.RuleOption(Restart), rest[1]);
                rest = rest[1..];
            }
            else
                readable.Add(rest[0]);
        }

        return [.. readable];
    }

    // A flag with its value, as the parser takes it.
    private static string[]? WithRule(string word) =>
        word.IndexOf('=') is > 0 and var end && SpecOptions.Ruled.Contains(word[..end]) ? [SpecOptions.RuleOption(word[..end]), word[(end + 1)..]] : null;
}
