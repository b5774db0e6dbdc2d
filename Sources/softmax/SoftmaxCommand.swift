// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command line: parses the arguments, runs the subcommand, and reports errors.
///
/// This is the only place that converts errors to messages and exit codes.
@main
struct SoftmaxCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "softmax",
      abstract: "Trains and uses classifiers with softmax.",
      discussion: """
        Train on data, see how good the classifier is on rows that it has not seen, use it:

          softmax train digits --output digits.safetensors
          softmax evaluate digits.safetensors digits
          softmax predict digits.safetensors digits:test:0 --preview

        DATA is \(DatasetReference.builtInNames.joined(separator: ", ")), \
        \(FileFormats.namesOfLabeledData); :train or :test after it names one part, and :ROW one \
        row, counted from 0. Results go to standard output, everything else \
        to standard error.

        Exit codes: 0 done, 1 error, 3 the training diverged, 64 wrong usage, 129 hung up, 130 interrupted, 143 terminated. \
        SOFTMAX_ISA=scalar (avx2, avx512, neon) chooses the processor's instructions; the numbers \
        are the same with each.
        """,
      version: Version.line,
      subcommands: [
        TrainCommand.self, EvaluateCommand.self, CompareCommand.self, CalibrateCommand.self,
        PredictCommand.self, InspectCommand.self, ExplainCommand.self, DataCommand.self,
      ])
  }

  static func main() {
    StandardDescriptors.fillClosed()
    StandardStream.ignoreWriteSignals()
    do {
      _ = try CommandEnvironment().execution()
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: ExitCode(report(error)))
    }
  }

  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let error as SoftmaxError:
      Console().draw("error: " + PrintableText.line("\(error)") + "\n")
      return ExitStatus(for: error).rawValue
    case let error as Interrupted:
      Console().draw(error.message + "\n")
      return error.status.rawValue
    default:
      return reportParsing(error)
    }
  }

  // The parser throws help and --version as errors, too. Real errors may contain the user's input, so
  // control characters are escaped.
  private static func reportParsing(_ error: any Error) -> Int32 {
    let text = fullMessage(for: error)
    let status = exitCode(for: error).rawValue
    guard status == ExitStatus.done.rawValue else {
      let own = text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text
      Console().draw(PrintableText.lines(own) + "\n")
      return status
    }
    do {
      try Console().result(text)
      return status
    } catch {
      return report(error)
    }
  }
}
